import type { JsonObject, JsonValue } from "@aura/trust";
import { canonicalJson, hashText } from "@aura/trust";
import type { BoundTool } from "./boundary.ts";
import type { RuleReason } from "./governor.ts";
import type { Level } from "./level.ts";

/** Characters of one value that are shown in full; a longer one is shown by its head and its digest. */
export const SHOWN_VALUE_LENGTH_MAX = 4_096;
/** Characters of the head of a longer one. */
export const SHOWN_HEAD_LENGTH = 1_024;
/** Arguments that are shown one by one; the rest by their number and their digest. */
export const SHOWN_ARGUMENTS_MAX = 100;

/** What both kinds of request say. */
interface Asking {
  readonly namespace: string;
  readonly mission: string;
  readonly objective: string;
  readonly agent: string;
  readonly level: Level;
  readonly rules: readonly RuleReason[];
  readonly untilMs: number;
  /** The secret nonce behind what is shown: without it nobody can confirm a guess at a destroyed text by its digest. */
  readonly nonce: string;
}

/** One call, by the very arguments that will be sent. */
export interface AskingForCall extends Asking {
  readonly call: string;
  readonly tool: BoundTool;
  readonly arguments: JsonObject;
}

/** A mission as a whole, by its frozen boundary. */
export interface AskingForMission extends Asking {
  readonly authority: Level;
  readonly timeoutMs: number;
  readonly tools: readonly BoundTool[];
}

/**
 * What a person is shown before it signs: plain lines, the same for the same request. Every value is canonical JSON in which
 * whatever a screen would not show as itself (control and format characters, bidirectional overrides, invisible spaces) is
 * written `\u{...}`; so no value can pose as a line of ours. Pure.
 */
export function callApprovalText(asking: AskingForCall): string {
  const { call, tool } = asking;
  return lines(asking, "ONE CALL", [
    ["Tool", `${shown(tool.name)} (${tool.class})`],
    ["Call", shown(call)],
    ...argumentLines(asking.arguments),
  ]);
}

/** The same for a mission as a whole. Pure. */
export function missionApprovalText(asking: AskingForMission): string {
  const tools = asking.tools.map(({ name, class: is, constraints }): Line => {
    const limits = constraints === null ? "no limits" : `limits ${shown(constraints as unknown as JsonValue)}`;
    return ["Tool", `${shown(name)} (${is}), ${limits}`];
  });
  return lines(asking, "A WHOLE MISSION", [
    ["Authority", asking.authority],
    ["Time", `${asking.timeoutMs} ms from its start`],
    ...tools,
  ]);
}

type Line = readonly [label: string, text: string];

function lines(asking: Asking, subject: string, own: readonly Line[]): string {
  const all: readonly Line[] = [
    ["Approve", `${subject}, at level ${asking.level}`],
    ["Namespace", shown(asking.namespace)],
    ["Mission", shown(asking.mission)],
    ["Objective", shown(asking.objective)],
    ["Agent", shown(asking.agent)],
    ...own,
    ...asking.rules.map(({ rule, reason }): Line => ["Rule", `${shown(rule)}: ${shown(reason)}`]),
    ["Until", new Date(asking.untilMs).toISOString()],
    ["Reference", hashText(`aura-shown-1\n${asking.nonce}`)],
  ];
  return all.map(([label, text]) => `${label}: ${text}\n`).join("");
}

function argumentLines(args: JsonObject): readonly Line[] {
  const names = Object.keys(args).toSorted();
  if (names.length === 0) return [["Arguments", "none"]];
  const listed = names
    .slice(0, SHOWN_ARGUMENTS_MAX)
    .map((name): Line => ["Argument", `${shown(name)} = ${shown(args[name] ?? null)}`]);
  const rest = names.length - listed.length;
  if (rest === 0) return listed;
  const digest = hashText(canonicalJson(args));
  return [...listed, ["Arguments", `${rest} more that are not shown here; SHA-256 of all ${digest}`]];
}

function shown(value: JsonValue): string {
  const text = canonicalJson(value);
  const characters = Array.from(text);
  if (characters.length <= SHOWN_VALUE_LENGTH_MAX) return visible(text);
  const head = visible(characters.slice(0, SHOWN_HEAD_LENGTH).join(""));
  return `${head} [cut: ${characters.length} characters, SHA-256 ${hashText(text)}]`;
}

/** What has no look of its own, or changes the look of others: all of category C, separators but the space, what is ignorable. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2800\p{Default_Ignorable_Code_Point}]/gu;

/** JSON writes a backslash as two, so `\u{...}` is ours alone. */
function visible(json: string): string {
  return json.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
