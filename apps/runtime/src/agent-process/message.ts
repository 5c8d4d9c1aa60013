import {
  BEAT_DETAILS_BYTES_MAX,
  CALL_ARGUMENTS_BYTES_MAX,
  FAILURE_MESSAGE_CHARS_MAX,
  HEARTBEAT_MS_MAX,
  HEARTBEAT_MS_MIN,
  OPERATION_NAME_CHARS_MAX,
  RUN_OPERATIONS_MAX,
  RUN_RESULT_BYTES_MAX,
  SLEEP_MS_MAX,
  STEP_RESULT_BYTES_MAX,
} from "@aura/engine";
import type { AgentMission, Ask, Ending, Fact, StepEnd, StepToPerform } from "@aura/engine";
import { type JsonValue, canonicalJson, unreachable } from "@aura/trust";
import { Ajv2020 } from "ajv/dist/2020.js";

/** What the runtime says to an agent's process. It has no reason to doubt it: these are only typed. */
export type ToAgent =
  | {
      readonly type: "open";
      /** File URL of the application. */
      readonly module: string;
      readonly agent: { readonly name: string; readonly version: string };
      readonly mission: AgentMission;
    }
  | { readonly type: "start"; readonly startedMs: number }
  | { readonly type: "deliver"; readonly fact: Fact }
  | { readonly type: "perform"; readonly step: StepToPerform }
  | { readonly type: "ping" };

/** What an agent's process says: hostile until {@link readFromAgent} took it, and then still to be held against its turn. */
export type FromAgent =
  | { readonly type: "ready" }
  /** @property why for people */
  | { readonly type: "unavailable"; readonly why: string }
  | {
      readonly type: "asked";
      readonly operation: number;
      readonly ask: Ask;
      readonly heartbeatMs?: number;
    }
  | { readonly type: "turned"; readonly ending: Ending | null }
  | { readonly type: "stepped"; readonly operation: number; readonly end: StepEnd }
  | { readonly type: "beat"; readonly operation: number; readonly details: string | null }
  | { readonly type: "misused"; readonly ending: Ending }
  | { readonly type: "pong" };

const CODE = { type: "string", pattern: "^[A-Za-z0-9_./-]{1,128}$" } as const;
const CODE_OR_NONE = { anyOf: [CODE, { type: "null" }] } as const;
const MESSAGE = { type: "string", maxLength: FAILURE_MESSAGE_CHARS_MAX } as const;
const OPERATION = { type: "integer", minimum: 1, maximum: RUN_OPERATIONS_MAX } as const;
const ENDING = {
  oneOf: [
    object({ kind: { const: "completed" }, text: { type: "string", maxLength: RUN_RESULT_BYTES_MAX } }),
    object({ kind: { const: "failed" }, code: CODE, because: CODE_OR_NONE, message: MESSAGE }),
  ],
} as const;
const NAME = {
  type: "string",
  minLength: 1,
  maxLength: OPERATION_NAME_CHARS_MAX,
  pattern: String.raw`^[^\p{Cc}]+$`,
} as const;
const ASK = {
  oneOf: [
    object({ kind: { const: "call" }, name: NAME, detail: { type: "string", maxLength: CALL_ARGUMENTS_BYTES_MAX } }),
    object({ kind: { const: "step" }, name: NAME, detail: { const: "" } }),
    object({
      kind: { const: "sleep" },
      name: { const: "sleep" },
      detail: { type: "string", pattern: "^(0|[1-9][0-9]{0,10})$" },
    }),
  ],
} as const;
const STEP_END = object({
  end: { enum: ["succeeded", "failed"] },
  code: CODE_OR_NONE,
  text: { anyOf: [{ type: "string", maxLength: STEP_RESULT_BYTES_MAX }, { type: "null" }] },
});
const DETAILS = { anyOf: [{ type: "string", maxLength: BEAT_DETAILS_BYTES_MAX }, { type: "null" }] } as const;

const SCHEMAS = {
  ready: object({ type: {} }),
  unavailable: object({ type: {}, why: MESSAGE }),
  asked: {
    ...object({ type: {}, operation: OPERATION, ask: ASK }),
    properties: {
      type: {},
      operation: OPERATION,
      ask: ASK,
      heartbeatMs: { type: "integer", minimum: HEARTBEAT_MS_MIN, maximum: HEARTBEAT_MS_MAX },
    },
  },
  turned: object({ type: {}, ending: { anyOf: [ENDING, { type: "null" }] } }),
  stepped: object({ type: {}, operation: OPERATION, end: STEP_END }),
  beat: object({ type: {}, operation: OPERATION, details: DETAILS }),
  misused: object({ type: {}, ending: ENDING }),
  pong: object({ type: {} }),
} as const satisfies Record<FromAgent["type"], object>;

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: false });
const judges = new Map(Object.entries(SCHEMAS).map(([type, schema]) => [type, ajv.compile(schema)]));

/** Reads one message of an agent's process, strictly. `undefined` for anything that {@link FromAgent} does not hold. */
export function readFromAgent(message: JsonValue): FromAgent | undefined {
  const type = typeof message === "object" && message !== null && "type" in message ? message["type"] : undefined;
  const judge = typeof type === "string" ? judges.get(type) : undefined;
  if (judge?.(message) !== true) return undefined;
  const read = message as unknown as FromAgent;
  return isSound(read) ? read : undefined;
}

/** What a schema cannot say. Texts will be committed to and given back as they are, so each must be what a reader expects. */
function isSound(message: FromAgent): boolean {
  switch (message.type) {
    case "asked":
      return message.ask.name.isWellFormed() && isDetail(message.ask);
    case "stepped":
      return isStepEnd(message.end);
    case "beat":
      return message.details === null || isCanonical(message.details, BEAT_DETAILS_BYTES_MAX);
    case "turned":
    case "misused":
      return message.ending === null || isEnding(message.ending);
    case "unavailable":
      return message.why.isWellFormed();
    case "ready":
    case "pong":
      return true;
    default:
      return unreachable(message);
  }
}

function isDetail({ kind, detail }: Ask): boolean {
  if (kind === "sleep") return Number(detail) <= SLEEP_MS_MAX;
  if (kind === "step" || detail === null) return detail === "";
  return detail.startsWith("{") && isCanonical(detail, CALL_ARGUMENTS_BYTES_MAX);
}

function isStepEnd({ end, code, text }: StepEnd): boolean {
  if (text !== null && !isCanonical(text, STEP_RESULT_BYTES_MAX)) return false;
  if (end === "succeeded") return code === null;
  const message: unknown = text === null ? null : JSON.parse(text);
  return typeof message === "string" && message.length <= FAILURE_MESSAGE_CHARS_MAX;
}

function isEnding(ending: Ending): boolean {
  return ending.kind === "completed" ? isCanonical(ending.text, RUN_RESULT_BYTES_MAX) : ending.message.isWellFormed();
}

/** There is one spelling, and it is no longer than the function's own could be. */
function isCanonical(text: string, bytesMax: number): boolean {
  if (Buffer.byteLength(text) > bytesMax) return false;
  try {
    return canonicalJson(JSON.parse(text) as JsonValue) === text;
  } catch {
    return false;
  }
}

function object<const Properties extends object>(properties: Properties) {
  return { type: "object", required: Object.keys(properties), additionalProperties: false, properties } as const;
}
