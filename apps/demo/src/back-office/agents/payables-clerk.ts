import { agent } from "@aura/engine";
import type { OperationFailed, RunContext } from "@aura/engine";
import { isAuraError } from "@aura/trust";
import { callBehind, textOf } from "./clerk-tools.ts";
import type { Wish } from "./clerk-tools.ts";
import { converse } from "./conversation.ts";
import type { Done } from "./conversation.ts";

/** Wishes that change something: if one of them fails, the piece of work is not done by halves. */
const EFFECTS: readonly string[] = ["pay", "write_report"];

/**
 * Pays invoices as a model sees fit, as far as the rules let it. A refusal is told to the model, which goes on without; a
 * payment or report that fails fails the mission, and what it did before is undone.
 */
export const payablesClerk = agent("payables-clerk", "1", async (mission, ctx) => {
  const { turns, steps, summary } = await converse(mission.objective, {
    ask: (request) => ctx.model(request),
    act: (wish) => act(ctx, mission.id, wish),
  });
  const paid = steps.filter(({ tool, done }) => tool === "pay" && done.ok).map(({ arguments: args }) => args);
  const refused = steps.flatMap(({ tool, arguments: args, done }) =>
    done.ok ? [] : [{ tool, arguments: args, rules: done.refusedBy }],
  );
  return { turns, paid, refused, summary };
});

async function act(ctx: RunContext, work: string, wish: Wish): Promise<Done> {
  const { tool, arguments: args } = callBehind(wish, work);
  try {
    return { ok: true, result: textOf(await ctx.call(tool, args)) };
  } catch (error) {
    if (isAuraError(error, "engine/call_denied")) {
      const { rules, reason } = error as unknown as OperationFailed;
      return { ok: false, refusedBy: rules, reason };
    }
    if (isAuraError(error, "engine/call_failed") && !EFFECTS.includes(wish.tool)) {
      return { ok: false, refusedBy: [], reason: (error as unknown as OperationFailed).reason };
    }
    throw error;
  }
}
