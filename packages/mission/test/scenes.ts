import type { Entry } from "@aura/trust";
import { AuraError, canonicalJson, hashText, uuidv7 } from "@aura/trust";
import type { LogStore } from "@aura/store";
import { chainEntries } from "@aura/store";
import type { Tool } from "../src/index.ts";
import { agentStream } from "../src/index.ts";
import type { TestWorld } from "../src/testing/index.ts";
import { AN_AGENT, aTool, aWriteTool, interceptAppend, onStore } from "../src/testing/index.ts";

export const WRITE = { tool: "write_note", arguments: { path: "report.txt", content: "42.00" } };

export async function entriesOf(world: TestWorld, stream: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of world.store.read(world.context, stream, 0)) entries.push(entry);
  return entries;
}

/** `write_note` as it is when its operator registered no way to find out. */
export function aWriteToolWithoutFind(): Tool {
  const { find: _find, digest: _digest, ...rest } = aWriteTool();
  return aTool(rest);
}

/** `write_note` that may be sent twice. */
export function aRepeatableTool(): Tool {
  const { find: _find, digest: _digest, ...rest } = aWriteTool();
  return aTool({ ...rest, repeatable: true });
}

export function upstreamDown(): AuraError {
  return new AuraError({
    code: "gateway/upstream_unavailable",
    what: "The upstream is down.",
    why: "It does not answer.",
    fix: "Start it.",
  });
}

/** The same world, where `race` runs just before the first `times` appends whose first entry is of `type`. */
export function racing(world: TestWorld, type: string, race: () => Promise<unknown>, times = 1): TestWorld {
  let left = times;
  const store: LogStore = interceptAppend(world.store, async (append, context, units) => {
    if (left > 0 && units.some(({ writes }) => writes.some(({ entries }) => entries[0]?.type === type))) {
      left -= 1;
      await race();
    }
    return append(context, units);
  });
  return onStore(world, store);
}

/** The same world, where `race` runs once, when rows have been read and before they are answered. */
export function afterRows(world: TestWorld, race: () => Promise<unknown>): TestWorld {
  let left = 1;
  const { store } = world;
  return onStore(
    world,
    new Proxy(store, {
      get(target, member) {
        const value: unknown = Reflect.get(target, member, target);
        if (typeof value !== "function") return value;
        if (member !== "rows") return value.bind(target) as unknown;
        return async (...args: Parameters<LogStore["rows"]>) => {
          const rows = await store.rows(...args);
          left -= 1;
          if (left === 0) await race();
          return rows;
        };
      },
    }),
  );
}

/** How many appends `live` makes: so many times a process can die on its way. */
export async function appendsOf(world: TestWorld, live: (on: TestWorld) => Promise<unknown>): Promise<number> {
  let appends = 0;
  const counted = interceptAppend(world.store, (append, ...args) => {
    appends += 1;
    return append(...args);
  });
  await live(onStore(world, counted));
  return appends;
}

/** Something harmless happens to the agent: its stream moves, and revokes nothing. */
export async function moveAgent(world: TestWorld): Promise<void> {
  const stream = agentStream(AN_AGENT);
  const head = await world.store.head(world.context, stream);
  const timeMs = world.store.nowMs();
  const unit = uuidv7(timeMs, world.random);
  const draft = {
    type: "credential.issued",
    actor: { id: "runtime", custody: "runtime" } as const,
    data: { jti: hashText(canonicalJson(head.version)) },
  };
  const { namespace } = world.context;
  const entries = chainEntries({ namespace, stream, head, unit, timeMs, drafts: [draft] });
  await world.store.append(world.context, [
    { id: unit, writes: [{ stream, after: head.version, fence: 0, entries }], reads: [], payloads: [] },
  ]);
}
