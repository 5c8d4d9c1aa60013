import type { Hash, JsonObject, JsonValue, Random } from "@aura/trust";
import { canonicalJson, hashText } from "@aura/trust";
import type {
  ApprovalPool,
  ApprovalQuestion,
  Broker,
  Catalogue,
  Decision,
  DecisionRequest,
  Finding,
  Governor,
  RuleReason,
  Sending,
  Sent,
  Tool,
} from "../index.ts";

/** Bytes that are the same in every run, and different at every call. */
export class FakeRandom implements Random {
  #calls: number;

  constructor(seed = 0) {
    this.#calls = seed * 1_000_000;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let offset = 0; offset < length; offset += 32) {
      this.#calls += 1;
      const block = Buffer.from(hashText(`random ${this.#calls}`), "base64url");
      bytes.set(block.subarray(0, Math.min(32, length - offset)), offset);
    }
    return bytes;
  }
}

/** A tool that reads, called `read_note`, unless told otherwise; its digest follows from the rest. */
export function aTool(override: Partial<Tool> = {}): Tool {
  const tool = {
    name: "read_note",
    upstream: "notes",
    class: "read",
    tags: [],
    attemptTimeoutMs: 1_000,
    repeatable: false,
    description: "Reads a note.",
    inputSchema: {
      type: "object",
      properties: { path: { type: "string" }, amount: { type: "string" }, count: { type: "number" } },
      additionalProperties: false,
    },
    ...override,
  } satisfies Omit<Tool, "digest">;
  return { digest: hashText(canonicalJson(tool as unknown as JsonObject)), ...tool };
}

/** `write_note`, class `write`, not repeatable, with a `find` that may be asked 500 ms after the attempt. */
export function aWriteTool(override: Partial<Tool> = {}): Tool {
  return aTool({
    name: "write_note",
    class: "write",
    description: "Writes a note.",
    find: {
      tool: "read_note",
      arguments: { path: { from: "/path" } },
      equals: { from: "/content" },
      findAfterMs: 500,
    },
    compensation: { tool: "remove_note", arguments: { path: { from: "/path" } } },
    inputSchema: {
      type: "object",
      properties: { path: { type: "string" }, content: { type: "string" } },
      required: ["path", "content"],
      additionalProperties: false,
    },
    ...override,
  });
}

/** `remove_note`, class `irreversible`: what undoes `write_note`. */
export function aRemoveTool(override: Partial<Tool> = {}): Tool {
  return aTool({ name: "remove_note", class: "irreversible", description: "Removes a note.", ...override });
}

/** Offers the tools it holds; change `tools` and they have changed. */
export class FakeCatalogue implements Catalogue {
  readonly tools = new Map<string, Tool>();
  /** Thrown instead of an answer while set. */
  failure: Error | undefined;

  constructor(tools: readonly Tool[]) {
    for (const tool of tools) this.tools.set(tool.name, tool);
  }

  async find(name: string): Promise<Tool | undefined> {
    if (this.failure !== undefined) throw this.failure;
    return this.tools.get(name);
  }
}

/** What a {@link FakeGovernor} is told to answer. */
export type FakeAnswer = Pick<Decision, "kind" | "rules" | "level" | "reservations">;

/** Persons that a {@link FakeGovernor} seats at every level, unless told otherwise. */
export const SEATED_PERSONS: readonly string[] = ["manager-1", "manager-2"];

/** A pool of these persons, each a holder of `position-<person>`; those excluded are out. */
export function aPool(
  { level, excluded }: Pick<ApprovalQuestion, "level" | "excluded">,
  persons: readonly string[] = SEATED_PERSONS,
  quorum = 1,
): ApprovalPool {
  const seats = persons
    .filter((person) => !excluded.includes(person))
    .map((person) => ({ person, position: `position-${person}`, level, delegation: null }));
  if (seats.length < quorum) return { kind: "unreachable", reason: "QUORUM_UNREACHABLE", passed: [] };
  return { kind: "pool", level, quorum, seats, passed: [] };
}

/**
 * Answers what `answer` says (PERMIT by rule `permit-all` until it is set) and remembers what it was asked. An ESCALATE
 * that `approval.level` reaches counts as a PERMIT. `pool` says who may answer ({@link SEATED_PERSONS} until it is set).
 */
export class FakeGovernor implements Governor {
  readonly asked: DecisionRequest[] = [];
  /** Every release that was ever current. */
  readonly releases = new Set<Hash>();
  #release: Hash = hashText("release 1");
  answer: (request: DecisionRequest) => FakeAnswer = () => ({ kind: "PERMIT", rules: ["permit-all"] });
  pool: (question: ApprovalQuestion) => ApprovalPool = (question) => aPool(question);

  constructor() {
    this.releases.add(this.#release);
  }

  get release(): Hash {
    return this.#release;
  }

  set release(release: Hash) {
    this.#release = release;
    this.releases.add(release);
  }

  current(): Hash {
    return this.#release;
  }

  decide(request: DecisionRequest, frozen: Hash): Decision {
    this.asked.push(request);
    const requestDigest = hashText(canonicalJson(request as unknown as JsonObject));
    const unknownRelease = { kind: "DENY", rules: ["release/unknown"] } as const;
    const answer = this.releases.has(frozen) ? satisfied(this.answer(request), request) : unknownRelease;
    return { unknown: [], ...answer, release: frozen, request: requestDigest };
  }

  resolve(question: ApprovalQuestion): ApprovalPool {
    if (!this.releases.has(question.release)) return { kind: "unreachable", reason: "NO_OWNER", passed: [] };
    return this.pool(question);
  }

  reasons(rules: readonly string[], release: Hash): readonly RuleReason[] {
    const known = this.releases.has(release);
    return rules.map((rule) => ({ rule, reason: known ? `Because of ${rule}.` : "" }));
  }

  /** Every call from now on (missions stay as they are) is answered like this. */
  answerCalls(answer: FakeAnswer): void {
    const before = this.answer;
    this.answer = (request) => (request.kind === "call" ? answer : before(request));
  }
}

function satisfied(answer: FakeAnswer, { facts }: DecisionRequest): FakeAnswer {
  const approved = facts["approval.level"];
  if (answer.kind !== "ESCALATE" || typeof approved !== "string" || approved < (answer.level ?? "L4")) return answer;
  const { level: _reached, ...rest } = answer;
  return { ...rest, kind: "PERMIT" };
}

type Found = Awaited<ReturnType<Broker["find"]>>;

/**
 * A world of notes behind a broker: `write_note` changes it, `find` looks into it. Remembers every sending. What goes
 * wrong, goes wrong through `act`.
 */
export class FakeBroker implements Broker {
  /** Every call of `send` whose bytes left. */
  readonly sent: Sending[] = [];
  /** Every question of `find`. */
  readonly asked: Finding[] = [];
  readonly notes = new Map<string, JsonValue>();
  /** What a sending comes to; the effect on `notes` is its own to make through {@link FakeBroker.effect}. */
  act: (sending: Sending) => Promise<Sent> = async (sending) => ({ kind: "succeeded", result: this.effect(sending) });
  answerFind: ((finding: Finding) => Promise<Found>) | undefined;

  /** Store time, and the tools as they are today: what `send` is held to; not held to either while `undefined`. */
  readonly #limits: { readonly nowMs?: () => number; readonly catalogue?: FakeCatalogue };

  constructor(limits: { readonly nowMs?: () => number; readonly catalogue?: FakeCatalogue } = {}) {
    this.#limits = limits;
  }

  async send(sending: Sending): Promise<Sent> {
    const { nowMs, catalogue } = this.#limits;
    if (nowMs !== undefined && nowMs() > sending.sendByMs) return notSent("gateway/send_window_passed");
    const today = catalogue?.tools.get(sending.tool.name);
    if (catalogue !== undefined && today?.digest !== sending.tool.digest) return notSent("gateway/tool_changed");
    if (!(await sending.stillHeld()) || sending.signal.aborted) return notSent("gateway/not_held");
    this.sent.push(sending);
    return Promise.race([this.act(sending), givenUp(sending.signal)]);
  }

  async find(finding: Finding): Promise<Found> {
    this.asked.push(finding);
    if (this.answerFind !== undefined) return this.answerFind(finding);
    const content = this.notes.get(pathIn(finding.arguments));
    const { find } = finding.tool;
    const isThere = find !== undefined && find.equals === undefined && content !== undefined;
    if (isThere) return { kind: "happened", result: content };
    if (find !== undefined && find.equals === undefined) return { kind: "absent" };
    return content === finding.arguments["content"] ? { kind: "happened", result: { ok: true } } : { kind: "absent" };
  }

  /** What the call does to the world, and what the receiver answers. */
  effect({ tool, arguments: args }: Pick<Sending, "tool" | "arguments">): JsonValue {
    const path = pathIn(args);
    if (tool.class === "read") return this.notes.get(path) ?? null;
    this.notes.set(path, args["content"] ?? null);
    return { ok: true };
  }

  /** How often each call was sent, by key. */
  sends(): { readonly [callKey: string]: number } {
    const counts: Record<string, number> = {};
    for (const { callKey } of this.sent) counts[callKey] = (counts[callKey] ?? 0) + 1;
    return counts;
  }
}

function givenUp(signal: AbortSignal): Promise<Sent> {
  return new Promise((resolve) => {
    const over = (): void => resolve({ kind: "unknown", reason: "It was cut." });
    if (signal.aborted) over();
    else signal.addEventListener("abort", over, { once: true });
  });
}

function notSent(code: string): Sent {
  return { kind: "not_sent", code, message: "Nothing was sent." };
}

function pathIn({ path }: JsonObject): string {
  return typeof path === "string" ? path : "";
}
