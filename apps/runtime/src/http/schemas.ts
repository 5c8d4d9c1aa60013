import { DEFINITION_SCHEMA } from "@aura/mission";
import { ANY, closed, FLAG, listOf, oneOf, orNull, ref, TEXT, WHOLE } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import { IDEMPOTENCY_KEY_LENGTH_MAX } from "./limits.ts";

/** Any word: one that is no mission's id is answered like the id of a mission that is not here. */
export const MISSION_ID: JsonSchema = {
  type: "string",
  maxLength: 64,
  pattern: "^[A-Za-z0-9-]+$",
  description: "A mission's id.",
};
export const CALL_KEY: JsonSchema = {
  type: "string",
  maxLength: 96,
  pattern: "^[A-Za-z0-9_-]{1,64}(\\.[A-Za-z0-9_-]{1,64})*$",
  description: "A call's key within its mission.",
};
export const APPROVAL_ID: JsonSchema = {
  type: "string",
  maxLength: 160,
  pattern: "^[A-Za-z0-9-]{1,64}(\\.[A-Za-z0-9_.-]{1,96})?$",
  description: "`<mission>` for a mission as a whole, `<mission>.<call key>` for one call.",
};
export const AGENT_NAME: JsonSchema = { type: "string", pattern: "^[a-z0-9][a-z0-9-]{0,62}$" };
export const PERSON_ID: JsonSchema = { type: "string", pattern: "^[a-z0-9][a-z0-9-]{0,62}$" };
export const REASON: JsonSchema = { type: "string", minLength: 1, maxLength: 1_000 };
export const JWS: JsonSchema = {
  type: "string",
  maxLength: 65_536,
  pattern: "^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$",
};
export const IDEMPOTENCY_KEY: JsonSchema = {
  type: "string",
  minLength: 1,
  maxLength: IDEMPOTENCY_KEY_LENGTH_MAX,
  pattern: "^[\\x21-\\x7e]+$",
  description: "Fresh for each mission; the same request under the same key gets the same answer.",
};
export const COMPENSATION = oneOf("run", "hold");

const STATES = oneOf(
  "CREATED",
  "PLANNING",
  "WAITING_APPROVAL",
  "APPROVED",
  "PENDING_EXECUTION",
  "IN_PROGRESS",
  "EXECUTED",
  "CLOSED",
);
export const MISSION_STATE = STATES;
const LEVEL = oneOf("L1", "L2", "L3", "L4");
const HASH: JsonSchema = { type: "string", minLength: 43, maxLength: 43 };
/** A text that is kept outside the log, opened. */
const OPENED: JsonSchema = { description: "JSON; null where `lost` names it." };
const LOST: JsonSchema = {
  type: "object",
  additionalProperties: oneOf("erased", "altered"),
  description:
    "Members whose text is not shown, by name: destroyed, or another one than the log commits to. The objective goes with the definition.",
};
const { $schema: _dialect, $id: _id, $defs: definitionDefs, ...definitionSchema } = DEFINITION_SCHEMA;

const ENTRY = closed({
  format: { const: "aura-entry-1" },
  namespace: TEXT,
  stream: TEXT,
  version: { type: "integer", minimum: 1 },
  fence: WHOLE,
  unit: TEXT,
  type: TEXT,
  timeMs: WHOLE,
  actor: ref("Actor"),
  data: { type: "object" },
  payloads: { type: "object", additionalProperties: TEXT },
  previous: orNull(HASH),
});

const MISSION_SUMMARY = {
  id: TEXT,
  agent: TEXT,
  objective: orNull(TEXT),
  authority: LEVEL,
  state: STATES,
  outcome: orNull(
    closed({ kind: oneOf("SUCCEEDED", "FAILED", "DENIED", "CANCELLED", "EXPIRED", "STOPPED"), code: orNull(TEXT) }),
  ),
  createdAtMs: WHOLE,
  updatedAtMs: WHOLE,
  waitsFor: orNull(oneOf("approval", "person", "tool", "compensation")),
  calls: closed({ total: WHOLE, denied: WHOLE, open: WHOLE }),
  lost: LOST,
};

const CALL_SUMMARY = {
  key: TEXT,
  tool: TEXT,
  class: orNull(oneOf("read", "write", "irreversible")),
  state: oneOf("parked", "sent", "denied", "withdrawn", "succeeded", "failed", "retrying", "unknown", "unresolved"),
  attempts: WHOLE,
  attemptMax: orNull(WHOLE),
  nextMs: orNull(WHOLE),
  decision: orNull(
    closed({
      kind: oneOf("PERMIT", "DENY", "ESCALATE"),
      level: orNull(LEVEL),
      rules: listOf(closed({ id: TEXT, reason: TEXT, effect: orNull(oneOf("PERMIT", "DENY", "ESCALATE")) })),
      unknown: listOf(TEXT),
    }),
  ),
  arguments: OPENED,
  facts: { type: "object", description: "What the rules were told about this call, by name." },
  end: orNull(closed({ kind: TEXT, code: orNull(TEXT), message: orNull(TEXT), result: ANY })),
  sentAtMs: orNull(WHOLE),
  endedAtMs: orNull(WHOLE),
  compensates: orNull(TEXT),
  compensatedBy: orNull(TEXT),
  missedBeat: FLAG,
  lost: LOST,
};

const SEAT = closed({ person: TEXT, name: orNull(TEXT), position: TEXT, delegation: orNull(TEXT) });
const SHOWN_RULE = closed({ id: TEXT, reason: TEXT });

const APPROVAL = closed({
  id: TEXT,
  mission: TEXT,
  call: orNull(TEXT),
  agent: TEXT,
  objective: orNull(TEXT),
  tool: orNull(TEXT),
  arguments: OPENED,
  level: LEVEL,
  rules: listOf(SHOWN_RULE),
  shown: { ...TEXT, description: "What a person is shown; `vote.shown` is its SHA-256." },
  vote: { type: "object", description: "What is signed once `choice` is added: canonical JSON, typ aura-vote+jwt." },
  pool: {
    anyOf: [
      closed({ level: LEVEL, quorum: { type: "integer", minimum: 1 }, seats: listOf(SEAT) }),
      closed({ unreachable: TEXT }),
    ],
  },
  votes: listOf(closed({ person: TEXT, choice: oneOf("APPROVE", "REJECT"), atMs: WHOLE })),
  requestedAtMs: WHOLE,
  untilMs: WHOLE,
  lost: LOST,
});

const LEDGER_ROW = closed(
  {
    id: TEXT,
    key: TEXT,
    payee: TEXT,
    amount: TEXT,
    currency: TEXT,
    kind: TEXT,
    atMs: WHOLE,
  },
  { note: TEXT },
);

/** Every named schema of the API: validation, tests and /openapi.json read the same objects. */
export const SCHEMAS: { readonly [name: string]: JsonSchema } = {
  Actor: closed({ id: TEXT, custody: oneOf("agent", "runtime", "person") }),
  Problem: closed(
    { type: TEXT, title: TEXT, status: { type: "integer" }, detail: TEXT, code: TEXT, fix: TEXT },
    {
      errors: listOf(closed({ in: oneOf("body", "query", "params", "headers"), at: TEXT, problem: TEXT })),
    },
  ),
  Definition: { ...definitionSchema, properties: definitionProperties() },
  Entry: ENTRY,
  LoggedEntry: closed({ seq: WHOLE, leaf: HASH, entry: ref("Entry") }),
  Health: closed({
    status: oneOf("ok", "degraded", "stopping"),
    namespace: TEXT,
    pid: WHOLE,
    startedMs: WHOLE,
    version: TEXT,
  }),
  Now: closed({
    namespace: TEXT,
    origin: TEXT,
    quorum: { type: "integer", minimum: 1 },
    egress: { const: "open" },
    custody: { const: "runtime" },
    missions: closed({
      open: WHOLE,
      waiting: WHOLE,
      failed: WHOLE,
      byState: { type: "object", additionalProperties: WHOLE },
    }),
    approvals: closed({ pending: WHOLE, oldestMs: orNull(WHOLE) }),
    denied: WHOLE,
    missedBeats: WHOLE,
    log: closed({ size: WHOLE, checkpoint: orNull(closed({ size: WHOLE, root: HASH, note: TEXT, atMs: WHOLE })) }),
    nowMs: WHOLE,
    demo: FLAG,
  }),
  MissionSummary: closed(MISSION_SUMMARY),
  Mission: closed({
    ...MISSION_SUMMARY,
    definition: OPENED,
    boundary: orNull(closed({ hash: HASH, release: HASH })),
    timeline: listOf(
      closed({ seq: WHOLE, timeMs: WHOLE, stream: TEXT, type: TEXT, actor: ref("Actor"), summary: TEXT }),
    ),
    omitted: { ...WHOLE, description: "Older entries that the timeline leaves out." },
    calls: { ...listOf(ref("CallSummary")) },
    approval: orNull(ref("Approval")),
    rest: orNull(closed({ reason: TEXT, detail: TEXT }, { untilMs: WHOLE })),
    result: ANY,
    deadlineMs: orNull(WHOLE),
  }),
  CallSummary: closed(CALL_SUMMARY),
  Call: closed({ ...CALL_SUMMARY, entries: listOf(closed({ seq: WHOLE, entry: ref("Entry") })) }),
  Approval: APPROVAL,
  Approver: closed({ person: TEXT, name: orNull(TEXT), kid: TEXT, enrolledAtMs: WHOLE, revoked: FLAG }),
  LedgerRow: LEDGER_ROW,
  Scene: closed({ n: WHOLE, title: TEXT, state: TEXT, missions: listOf(TEXT), said: listOf(TEXT) }),
};

/** The published schema of a definition, with its one local definition written where it is used. */
function definitionProperties(): JsonSchema {
  const text = JSON.stringify(definitionSchema.properties);
  return JSON.parse(text.replaceAll('{"$ref":"#/$defs/toolName"}', JSON.stringify(definitionDefs.toolName)));
}
