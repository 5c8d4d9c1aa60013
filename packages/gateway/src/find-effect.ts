import type { ArgumentSource, Broker } from "@aura/mission";
import { isAuraError, unreachable } from "@aura/trust";
import { argumentsFrom, textOf, valueFrom } from "./argument-source.ts";
import type { Registry } from "./catalogue.ts";
import { findToolResult, onlyText, visibleResult } from "./tool-result.ts";
import type { Offer, UpstreamAnswer } from "./upstream.ts";

type Question = Parameters<Broker["find"]>[0];
type Found = Awaited<ReturnType<Broker["find"]>>;

/** A tool that answers, whatever it is, says that what it was asked for is there. */
const ANY_ANSWER = Symbol("any answer");

/**
 * Asks the read tool that a tool's `find` names whether a call happened. It did if the one text of the answer equals what
 * `equals` makes of the call's arguments, or, without `equals`, if there is any answer; another text, or an error of the tool,
 * says that it did not. Whatever else comes back, an error of JSON-RPC included, is `undecided`: it says that we asked wrongly,
 * and `absent` would allow the call again. The read is asked once, for its own `attemptTimeoutMs`. Never rejects.
 */
export async function findEffect(
  registry: Registry,
  { tool, arguments: args, idempotencyKey }: Question,
): Promise<Found> {
  const { find } = tool;
  const entry = find && registry.find(find.tool);
  if (find === undefined || entry === undefined) return undecided("The tool to ask is not registered.");
  if (entry.registration.class !== "read") return undecided("The tool to ask is not one that only reads.");
  const asked = argumentsFrom(find.arguments, args);
  const expected = find.equals === undefined ? ANY_ANSWER : expectedText(find.equals, args);
  if (asked === undefined || expected === undefined) return undecided("The question cannot be made of the arguments.");
  const { name, attemptTimeoutMs } = entry.registration;
  const offer = await entry.upstream.offer().catch(unavailable);
  if (offer === undefined || !offer.tools.has(name)) return undecided("The tool to ask cannot be reached.");
  const answer = await offer.call({ tool: name, arguments: asked, idempotencyKey, timeoutMs: attemptTimeoutMs });
  return judge(answer, expected);
}

function expectedText(equals: ArgumentSource, args: Question["arguments"]): string | undefined {
  const wanted = valueFrom(equals, args);
  return wanted === undefined ? undefined : textOf(wanted);
}

function judge(answer: UpstreamAnswer, expected: string | typeof ANY_ANSWER): Found {
  switch (answer.kind) {
    case "silent":
    case "not_sent":
      return undecided(answer.reason);
    case "value":
      return undecided("The tool to ask is no tool of MCP.");
    case "failed":
      return undecided(answer.message);
    case "error":
      return undecided(`The question was refused with the error ${answer.code}.`);
    case "result": {
      const result = findToolResult(answer.result);
      if (result === undefined) return undecided("The tool to ask answered what is no result of a tool.");
      if (result.isError) return { kind: "absent" };
      if (expected === ANY_ANSWER) return { kind: "happened", result: visibleResult(result) };
      const text = onlyText(result);
      if (text === undefined) return undecided("The tool to ask did not answer one text.");
      return text === expected ? { kind: "happened", result: visibleResult(result) } : { kind: "absent" };
    }
    default:
      return unreachable(answer);
  }
}

function unavailable(error: unknown): Offer | undefined {
  if (!isAuraError(error, "gateway/upstream_unavailable")) throw error;
  return undefined;
}

function undecided(reason: string): Found {
  return { kind: "undecided", reason };
}
