import type { JsonObject, JsonValue } from "@aura/trust";
import { canonicalJson } from "@aura/trust";
import { argumentsNotJson, argumentsTooLarge, durationInvalid, heartbeatInvalid, nameInvalid } from "./engine-error.ts";
import { type AssistantMessage, MODEL_TOOL, type ModelRequest } from "./model.ts";
import { quiet } from "./quiet.ts";
import type { Run } from "./run.ts";
import { HEARTBEAT_MS_MAX, HEARTBEAT_MS_MIN, type StepAction, type StepOptions } from "./step-action.ts";

/** Canonical arguments of one call, in bytes of UTF-8. */
export const CALL_ARGUMENTS_BYTES_MAX = 1_048_576;
/** Names of steps and tools, in UTF-16 code units. */
export const OPERATION_NAME_CHARS_MAX = 128;
/** One sleep: the longest timeout of a mission. */
export const SLEEP_MS_MAX = 365 * 86_400_000;

/**
 * All that an agent function may await. What it asks for is numbered when asked, recorded once, and answered in the order
 * of the run's own stream: live, and after a crash from the record.
 */
export interface RunContext {
  /**
   * Calls a tool under governance: decided, its intent committed, sent, its outcome committed, then answered. Sent at most
   * once unless the tool is `read` or `repeatable`. Rejects with {@link OperationFailed} `engine/call_failed` or
   * `engine/call_denied`; with `engine/arguments_not_json`, `engine/arguments_too_large`.
   */
  call<Result extends JsonValue = JsonValue>(tool: string, args: JsonObject): Promise<Result>;
  /**
   * Asks a model: `call("model", request)`, typed as chat completions. A governed call like any other, with the same
   * failures; it answers the assistant's message, whose tool calls are only wishes until the function makes them.
   */
  model(request: ModelRequest): Promise<AssistantMessage>;
  /**
   * Runs local code and records its result: at least once, and exactly once if what it does honours `key`, which is the
   * same on every attempt. It may await anything but `ctx`. Rejects with {@link OperationFailed} `engine/step_failed`.
   *
   * With `heartbeatMs` its code must call `progress.beat(details)` at least that often: a step that falls silent is ended with
   * its process, and the run goes on in a fresh one, where the step finds the details of its last beat. Rejects with
   * `engine/heartbeat_invalid`.
   */
  step<Result extends JsonValue | void>(name: string, action: StepAction<Result>): Promise<Result>;
  step<Result extends JsonValue | void>(
    name: string,
    options: StepOptions,
    action: StepAction<Result>,
  ): Promise<Result>;
  /**
   * Waits until every operation has landed and gives their results in order; if some failed, throws the failure that landed
   * first. Nothing is left running behind a `catch`.
   */
  all<const Operations extends readonly Promise<unknown>[]>(
    operations: Operations,
  ): Promise<{ -readonly [Index in keyof Operations]: Awaited<Operations[Index]> }>;
  /** Waits for store time to pass; survives restarts. An integer of milliseconds, 0 to 365 days. Rejects with `engine/duration_invalid`. */
  sleep(durationMs: number): Promise<void>;
  /** Store time of the last fact the function was given, in milliseconds. Costs no entry and repeats on replay. */
  now(): number;
}

/** The context of one run. Pure: it turns what the function says into asks. */
export function contextOf(run: Run): RunContext {
  const call = <Result>(tool: string, args: JsonObject): Promise<Result> =>
    asked<Result>(() => {
      checkName(tool);
      return run.ask({ kind: "call", name: tool, detail: argumentsText(tool, args) });
    });
  return {
    call,
    model: (request) => call<AssistantMessage>(MODEL_TOOL, request as unknown as JsonObject),
    step: <Result extends JsonValue | void>(
      name: string,
      ...rest: readonly [StepAction<Result>] | readonly [StepOptions, StepAction<Result>]
    ) =>
      asked<Result>(() => {
        checkName(name);
        const [options, action] = rest.length === 1 ? [undefined, rest[0]] : rest;
        const watched = options === undefined ? {} : { heartbeatMs: checkedHeartbeat(options.heartbeatMs) };
        return run.ask({ kind: "step", name, detail: "" }, { action, ...watched });
      }),
    all: (operations) => quiet(allLanded(operations)),
    sleep: (durationMs) =>
      asked<void>(() => {
        checkDuration(durationMs);
        return run.ask({ kind: "sleep", name: "sleep", detail: String(durationMs) });
      }),
    now: () => run.nowMs,
  };
}

/** What the function passed was refused: a rejected promise, never a throw, and no number is used up. */
function asked<Result>(ask: () => Promise<unknown>): Promise<Result> {
  try {
    return ask() as Promise<Result>;
  } catch (error) {
    return quiet(Promise.reject(error as Error));
  }
}

async function allLanded<const Operations extends readonly Promise<unknown>[]>(
  operations: Operations,
): Promise<{ -readonly [Index in keyof Operations]: Awaited<Operations[Index]> }> {
  const failures: unknown[] = [];
  const landed = await Promise.all(
    operations.map((operation) =>
      Promise.resolve(operation).catch((failure: unknown) => {
        failures.push(failure);
      }),
    ),
  );
  if (failures.length > 0) throw failures[0] as Error;
  return landed as { -readonly [Index in keyof Operations]: Awaited<Operations[Index]> };
}

function checkDuration(durationMs: number): void {
  if (Number.isInteger(durationMs) && durationMs >= 0 && durationMs <= SLEEP_MS_MAX) return;
  throw durationInvalid(durationMs, SLEEP_MS_MAX);
}

function checkedHeartbeat(heartbeatMs: number): number {
  const inRange = heartbeatMs >= HEARTBEAT_MS_MIN && heartbeatMs <= HEARTBEAT_MS_MAX;
  if (Number.isInteger(heartbeatMs) && inRange) return heartbeatMs;
  throw heartbeatInvalid(heartbeatMs, { minMs: HEARTBEAT_MS_MIN, maxMs: HEARTBEAT_MS_MAX });
}

function checkName(name: string): void {
  if (typeof name !== "string" || name === "" || name.length > OPERATION_NAME_CHARS_MAX || UNPRINTABLE.test(name)) {
    throw nameInvalid("That cannot name an operation.");
  }
}

const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** The arguments as they are now: what the function changes afterwards is not part of the call. */
function argumentsText(tool: string, args: JsonObject): string {
  if (typeof args !== "object" || args === null || Array.isArray(args)) throw argumentsNotJson(tool, undefined);
  const text = canonicalArguments(tool, args);
  if (Buffer.byteLength(text) > CALL_ARGUMENTS_BYTES_MAX) throw argumentsTooLarge(tool, CALL_ARGUMENTS_BYTES_MAX);
  return text;
}

function canonicalArguments(tool: string, args: JsonObject): string {
  try {
    return canonicalJson(args);
  } catch (cause) {
    throw argumentsNotJson(tool, cause);
  }
}
