import { hashText, invariant, unreachable } from "@aura/trust";
import { appendEnd } from "./call-unit.ts";
import type { Scene, Turn, Walk } from "./call-walk.ts";
import { keyOf, lookAgain, waitsForTool } from "./call-walk.ts";
import { idempotencyKeyOf } from "./idempotency-key.ts";
import { sealPayload } from "./payload.ts";
import { UPSTREAM_RETRY_MS } from "./settlement.ts";

/** Asks the tool's own `find` whether the newest attempt happened. */
export async function askTool(walk: Walk, scene: Scene): Promise<Turn> {
  const { world, asked, run } = walk;
  const { fold: call, head } = scene.call;
  const { tool } = scene;
  invariant(call !== undefined && tool?.find !== undefined, "only a tool that can find is asked");
  const found = await world.broker.find({
    namespace: world.context.namespace,
    mission: call.mission,
    callKey: call.key,
    idempotencyKey: idempotencyKeyOf(world, call),
    tool,
    arguments: asked.request.arguments,
  });
  switch (found.kind) {
    case "absent":
      walk.absentAttempt = call.attempts;
      return undefined;
    case "undecided":
      return waitsForTool(world, Math.max(UPSTREAM_RETRY_MS, tool.find.findAfterMs));
    case "happened": {
      const result = sealPayload(world, found.result);
      const { answer } = await appendEnd(
        world,
        call,
        {
          ...keyOf(asked),
          head,
          draft: {
            type: "call.succeeded",
            actor: scene.actor,
            data: { attempt: call.attempts, by: "find" },
            payloads: { result: result.commitment },
          },
          payloads: [result],
        },
        run,
      );
      if (answer.kind !== "appended") return lookAgain(walk, answer);
      return { kind: "ended", end: { kind: "succeeded", result: found.result, resultDigest: hashText(result.text) } };
    }
    default:
      return unreachable(found);
  }
}
