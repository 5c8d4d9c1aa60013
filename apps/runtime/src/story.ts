import type { Entry, JsonObject, JsonValue } from "@aura/trust";

/** How a piece of a line is meant; a terminal may colour it, plain text does not. */
export type Tone = "plain" | "dim" | "strong" | "good" | "bad" | "warn";

export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

/** One line of the story. */
export type Line = readonly Piece[];

/** The texts behind an entry's commitments, by name, where they are stored. */
export type Opened = { readonly [payload: string]: string | undefined };

/** What one entry says to somebody who watches; no line for entries that only machines read. Pure. */
export function storyOf(entry: Entry, opened: Opened): readonly Line[] {
  const told = TELLERS[entry.type]?.(entry, opened);
  if (told === undefined) return [];
  return [[dim(`${clockOf(entry.timeMs)}  `), ...told]];
}

/** The same in one text without time and noun, for a page that shows both in columns of their own; the type if nothing is told. */
export function summaryOf(entry: Entry, opened: Opened): string {
  const told = TELLERS[entry.type]?.(entry, opened) ?? [];
  const summary = told.slice(1).map(({ text }) => text.trim());
  return summary.filter((text) => text !== "").join(" ") || entry.type;
}

/** Payloads that a story quotes. */
export const TOLD_PAYLOADS: readonly string[] = ["arguments", "result", "definition", "message", "reason", "cause"];

type Teller = (entry: Entry, opened: Opened) => Line | undefined;

const TELLERS: Readonly<Record<string, Teller>> = {
  "namespace.founded": ({ namespace }) => [label("log"), strong("FOUNDED"), plain(`  namespace ${namespace}`)],
  "release.activated": ({ data }) => [label("log"), plain(`release ${short(data["digest"])} is in force`)],
  "agent.registered": ({ stream, data }) => [
    label("agent"),
    plain(`${nameOf(stream)} version ${text(data["version"])} registered, authority ${text(data["authority"])}`),
  ],
  "credential.issued": ({ stream, data }) => [
    label("agent"),
    dim(
      `${nameOf(stream)} gets a credential for instance ${text(data["instance"]).slice(-8)}, key ${short(data["kid"])}`,
    ),
  ],
  "epoch.raised": ({ stream, data }, { reason }) => [
    label(stream.startsWith("agent/") ? "agent" : "mission"),
    bad("REVOKED"),
    plain(`  ${stream} ${reason ?? text(data["reason"])}`),
  ],
  "mission.created": ({ stream, data }, { definition }) => [
    ...state("CREATED"),
    plain(`${nameOf(stream)}  agent ${text(data["agent"])}, authority ${text(data["authority"])}`),
    dim(`  ${objectiveIn(definition)}`),
  ],
  "mission.planned": ({ data }) => [...state("PLANNING"), plain(`context ${short(data["context"])} frozen`)],
  "mission.approval_requested": ({ data }) => [
    ...state("WAITING_APPROVAL"),
    plain(`boundary ${short(data["boundary"])} frozen  `),
    ...decisionIn(data["decision"]),
  ],
  "mission.approved": ({ data }) => [...state("APPROVED"), plain(approvedBy(data["by"]))],
  "mission.queued": () => state("PENDING_EXECUTION"),
  "mission.started": ({ data }) => [
    ...state("IN_PROGRESS"),
    plain(`until ${dateOf(data["deadlineMs"])}  `),
    ...decisionIn(data["decision"]),
  ],
  "mission.finished": ({ data }, { cause, result }) => [
    ...state("EXECUTED"),
    kindPiece(text(data["kind"])),
    plain(data["code"] === undefined ? "" : `  ${text(data["code"])} ${cause ?? ""}`),
    dim(result === undefined ? "" : `  ${result}`),
  ],
  "mission.sealed": () => [...state("CLOSED"), plain("outcome signed and sealed")],
  "mission.abandoned": ({ data }) => [...state("CLOSED"), kindPiece(text(data["kind"])), plain("  before it began")],
  "run.started": ({ data }) => [label("run"), plain(`starts: ${text(data["agent"])} version ${text(data["version"])}`)],
  "run.taken_over": ({ fence }) => [
    label("run"),
    warn(`taken over after an interruption (fence ${fence}): goes on where the log ends`),
  ],
  "run.recorded": ({ stream, data }) => {
    const key = `${runOf(stream)}.${text(data["operation"])}`.padEnd(KEY_COLUMNS);
    if (data["kind"] === "sleep") return [label("sleep"), plain(`${key} ${text(data["durationMs"])} ms`)];
    return [label("step"), plain(`${key} ${text(data["name"])}`)];
  },
  "call.sent": ({ stream, data }, { arguments: args }) => [
    ...callHead(stream, data),
    ...decisionIn(data["decision"]),
    warn(data["attempt"] === 1 ? "" : `, attempt ${text(data["attempt"])}`),
    dim(`  ${argumentsIn(args)}`),
  ],
  "call.denied": ({ stream, data }, { arguments: args }) => [
    ...callHead(stream, data),
    ...(isObject(data["decision"]) ? decisionIn(data["decision"]) : [bad("DENY")]),
    plain(", not sent"),
    dim(`  ${text(data["code"])}  ${argumentsIn(args)}`),
  ],
  "call.parked": ({ stream, data }, { arguments: args }) => [
    ...callHead(stream, data),
    ...decisionIn(data["decision"]),
    warn(`  waits for ${text(data["level"])}`),
    dim(`  ${argumentsIn(args)}`),
  ],
  "call.succeeded": ({ stream, data }, { result }) => [
    label("call"),
    plain(`${keyOf(stream)} `),
    good("done"),
    warn(data["by"] === "answer" ? "" : `  settled by ${text(data["by"])}`),
    dim(`  ${resultIn(result)}`),
  ],
  "call.failed": ({ stream, data }, { message }) => [
    label("call"),
    plain(`${keyOf(stream)} `),
    bad("failed"),
    plain(`  ${text(data["code"])} ${message ?? ""}`),
  ],
  "call.unknown": ({ stream }, { reason }) => [
    label("call"),
    plain(`${keyOf(stream)} `),
    warn("outcome unknown"),
    plain(`  ${reason ?? ""}`),
  ],
  "call.unresolved": ({ stream }) => [label("call"), plain(`${keyOf(stream)} `), warn("left unresolved by a person")],
  "call.voted": ({ stream, actor, data }) => [
    label("call"),
    plain(`${keyOf(stream)} `),
    choicePiece(text(data["choice"])),
    plain(` by ${actor.id} (${text(data["level"])}), signed`),
  ],
  "mission.voted": ({ actor, data }) => [
    label("mission"),
    choicePiece(text(data["choice"])),
    plain(` by ${actor.id} (${text(data["level"])}), signed`),
  ],
  "call.retrying": ({ stream, data }) => [
    label("call"),
    plain(`${keyOf(stream)} `),
    warn("tried again"),
    plain(`  ${text(data["code"])} at attempt ${text(data["attempt"])}`),
  ],
  "compensation.started": () => [label("mission"), warn("UNDOING"), plain("  what was done, newest first")],
  "stop.ordered": ({ data, actor }, { reason }) => [
    label("mission"),
    bad("STOP"),
    plain(
      `  of the ${text(data["scope"])} by ${actor.id}, compensation ${text(data["compensation"])}  ${reason ?? ""}`,
    ),
  ],
  "run.beat_missed": ({ data }) => [label("run"), warn("missed its heartbeat"), plain(`  ${text(data["code"])}`)],
  "approver.enrolled": ({ data }) => [
    label("people"),
    plain(
      `${text(data["person"])} votes with key ${short(isObject(data["key"]) ? data["key"]["kid"] : "")} from now on`,
    ),
  ],
  "approver.revoked": ({ data }) => [
    label("people"),
    bad("REVOKED"),
    plain(`  key ${short(data["kid"])} of ${text(data["person"])}`),
  ],
  "call.withdrawn": ({ stream }) => [label("call"), plain(`${keyOf(stream)} withdrawn`)],
};

function choicePiece(choice: string): Piece {
  return choice === "APPROVE" ? good("APPROVED") : bad("REJECTED");
}

function callHead(stream: string, data: JsonObject): Line {
  return [label("call"), plain(`${keyOf(stream)} `), strong(text(data["tool"]).padEnd(TOOL_COLUMNS)), plain(" ")];
}

/** Wide enough for the tools of most servers. */
const TOOL_COLUMNS = 15;
/** Texts in results are quoted up to here: the whole of them is in the log's payloads. */
const QUOTE_CHARS_MAX = 60;
/** Arguments are many: longer texts among them are counted. */
const ARGUMENT_CHARS_MAX = 48;

/** Short arguments are told, long ones counted. */
function argumentsIn(args: string | undefined): string {
  const value: unknown = args === undefined ? undefined : JSON.parse(args);
  if (!isObject(value)) return "";
  return Object.entries(value)
    .map(([name, argument]) => [name, text(argument)] as const)
    .toSorted(
      ([, one], [, other]) => Number(one.length > ARGUMENT_CHARS_MAX) - Number(other.length > ARGUMENT_CHARS_MAX),
    )
    .map(([name, told]) => `${name} ${told.length > ARGUMENT_CHARS_MAX ? `of ${told.length} characters` : told}`)
    .join(", ");
}

/** The beginning of the text that an MCP tool answers, or of whatever else was recorded. */
function resultIn(result: string | undefined): string {
  const value: unknown = result === undefined ? undefined : JSON.parse(result);
  const content = isObject(value) && Array.isArray(value["content"]) ? value["content"] : [];
  const [first] = content as readonly JsonValue[];
  const told = isObject(first) && typeof first["text"] === "string" ? first["text"] : (result ?? "");
  const line = told.replace(/\s+/g, " ");
  return line.length > QUOTE_CHARS_MAX ? `${line.slice(0, QUOTE_CHARS_MAX)}…` : line;
}

function decisionIn(value: JsonValue | undefined): Line {
  if (!isObject(value)) return [];
  const kind = text(value["kind"]);
  const rules = Array.isArray(value["rules"]) ? value["rules"].map((rule) => text(rule as JsonValue)) : [];
  const unknown = Array.isArray(value["unknown"]) ? value["unknown"].map((fact) => text(fact as JsonValue)) : [];
  return [
    { text: kind, tone: kind === "PERMIT" ? "good" : kind === "ESCALATE" ? "warn" : "bad" },
    plain(rules.length > 0 ? ` by ${rules.join(", ")}` : " by silence: no rule permits it"),
    plain(unknown.length > 0 ? `, unknown ${unknown.join(", ")}` : ""),
  ];
}

function approvedBy(value: JsonValue | undefined): string {
  if (!isObject(value)) return "";
  return value["kind"] === "rule" ? "by rule, no person needed" : "by votes";
}

function objectiveIn(definition: string | undefined): string {
  if (definition === undefined) return "";
  const value: unknown = JSON.parse(definition);
  return isObject(value) ? text(value["objective"]) : "";
}

function state(name: string): Line {
  return [label("mission"), strong(name.padEnd(18))];
}

function kindPiece(kind: string): Piece {
  return { text: kind, tone: kind === "SUCCEEDED" ? "good" : "bad" };
}

function label(noun: string): Piece {
  return dim(noun.padEnd(9));
}

/** `12:01:03.120`, UTC. */
function clockOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(11, 23);
}

function dateOf(value: JsonValue | undefined): string {
  return typeof value === "number" ? `${new Date(value).toISOString().slice(0, 19)}Z` : "";
}

/** The first characters of a hash: enough for the eye, never for a comparison. */
export function short(value: JsonValue | undefined): string {
  return `${text(value).slice(0, 8)}…`;
}

function keyOf(stream: string): string {
  return stream.slice(stream.lastIndexOf("/") + 1).padEnd(KEY_COLUMNS);
}

/** `<n>` of `mission/<id>/run/<n>`. */
function runOf(stream: string): string {
  return stream.slice(stream.lastIndexOf("/") + 1);
}

/** Columns of `<run>.<operation>`. */
const KEY_COLUMNS = 5;

function nameOf(stream: string): string {
  return stream.slice(stream.indexOf("/") + 1);
}

function text(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function plain(text: string): Piece {
  return { text, tone: "plain" };
}

function dim(text: string): Piece {
  return { text, tone: "dim" };
}

function strong(text: string): Piece {
  return { text, tone: "strong" };
}

function good(text: string): Piece {
  return { text, tone: "good" };
}

function bad(text: string): Piece {
  return { text, tone: "bad" };
}

function warn(text: string): Piece {
  return { text, tone: "warn" };
}
