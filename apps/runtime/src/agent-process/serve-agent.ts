import { LocalGuest } from "@aura/engine/guest";
import type { Agent, Guest, Turned } from "@aura/engine/guest";
import { type JsonValue, invariant, unreachable } from "@aura/trust";
import type { Channel } from "./channel.ts";
import type { FromAgent, ToAgent } from "./message.ts";

/**
 * Serves one run's function at its end of a channel, in the process where it lives. What the runtime says is taken as it is:
 * the function has nobody else to fear.
 * @param load gives the agents of an application by its file URL
 * @param end ends this process: the runtime is gone
 */
export function serveAgent(
  channel: Channel,
  load: (module: string) => Promise<readonly Agent[]>,
  end: () => void,
): void {
  let guest: Guest | undefined;
  channel.listen({ message: (message) => void taken(message as unknown as ToAgent), closed: () => end() });

  async function taken(message: ToAgent): Promise<void> {
    switch (message.type) {
      case "open":
        return opened(message);
      case "start":
        return turned(await live().start(message.startedMs));
      case "deliver":
        return turned(await live().deliver(message.fact));
      case "perform":
        return send({
          type: "stepped",
          operation: message.step.operation,
          end: await live().perform(message.step),
        });
      case "ping":
        return send({ type: "pong" });
      default:
        return unreachable(message);
    }
  }

  async function opened({ module, agent, mission }: Extract<ToAgent, { type: "open" }>): Promise<void> {
    const { name, version } = agent;
    try {
      const found = (await load(module)).find((one) => one.name === name && one.version === version);
      if (found === undefined) return send({ type: "unavailable", why: "its application does not have it" });
      const opening = { agent: found, mission: Object.freeze(mission) };
      guest = new LocalGuest(opening, {
        misused: (ending) => send({ type: "misused", ending }),
        beat: (operation, details) => send({ type: "beat", operation, details }),
      });
      return send({ type: "ready" });
    } catch (error) {
      return send({ type: "unavailable", why: `its application does not load (${firstLine(error)})` });
    }
  }

  function turned({ asked, ending }: Turned): void {
    for (const { number: operation, ask, heartbeatMs } of asked) {
      send({ type: "asked", operation, ask, ...(heartbeatMs === undefined ? {} : { heartbeatMs }) });
    }
    send({ type: "turned", ending: ending ?? null });
  }

  function live(): Guest {
    invariant(guest !== undefined, "a function is opened first");
    return guest;
  }

  function send(message: FromAgent): void {
    channel.send(message as unknown as JsonValue);
  }
}

/** A sentence of bounded length, without the stack. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n")[0] ?? "").slice(0, 512).toWellFormed();
}
