import type { Answer, Payload } from "@aura/store";
import type { Actor, JsonObject } from "@aura/trust";
import { hashText, invariant, isAuraError, unreachable } from "@aura/trust";
import type { Denial } from "./admit.ts";
import { denial, messageFor } from "./admit.ts";
import { DECISIONS_MAX } from "./advance.ts";
import type { BoundTool } from "./boundary.ts";
import type { Sent } from "./broker.ts";
import type { Call, CallAnswer, CallRequest } from "./call.ts";
import { isEnded } from "./call.ts";
import { endOf } from "./call-end.ts";
import type { AskedCall } from "./call-request.ts";
import { readRequest, refused } from "./call-request.ts";
import { inTurn } from "./call-turn.ts";
import type { RunPlace } from "./call-unit.ts";
import { appendDelivery, appendEnd, appendToCall } from "./call-unit.ts";
import type { CallVerdict } from "./decide-call.ts";
import { decideCall } from "./decide-call.ts";
import { recordOf } from "./decision-record.ts";
import type { Evidence } from "./evidence.ts";
import { gatherEvidence, readsOf, stillRunning } from "./evidence.ts";
import type { Decision } from "./governor.ts";
import { appendRefused } from "./mission-error.ts";
import { idempotencyKeyOf } from "./idempotency-key.ts";
import type { Standing } from "./mission-log.ts";
import { boundaryOf, callStanding } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { openPayload, sealPayload, sealText } from "./payload.ts";
import type { RunLane } from "./run-lane.ts";
import { UPSTREAM_RETRY_MS, nextAct } from "./settlement.ts";
import { callStream } from "./stream-name.ts";
import type { Tool } from "./tool.ts";
import type { VerifiedPresentation } from "./verify-presentation.ts";
import { verifyPresentation } from "./verify-presentation.ts";

/** Every turn ends in an answer or in a change that somebody made; this many in a row do not happen by chance. */
const TURNS_MAX = 32;

/**
 * The life of a call, from what its caller shows to what it sees: verify, admit, decide, write the intent, send, write the
 * outcome. Never waits for people. In a run (`run` and the number of its `operation`, which must not be delivered yet) the
 * outcome and `run.delivered` land in one unit. A finished call presented again answers what is recorded and sends nothing.
 *
 * Guarantees: no byte leaves before its intent is durable; the outcome is durable before it is answered; a presentation
 * that cannot be verified leaves no entry; a call whose outcome is unknown is sent again only as its tool's class allows.
 *
 * Cost of a governed call in the steady state: two units of one call entry each (the second carries `run.delivered` as
 * well) with four reads; four heads before the decision and three or four when the bytes leave, no stream and no payload
 * read (mission, boundary and epochs are kept for the heads they stand for); three commitments (arguments, proof, result),
 * three links, three signature verifications, no signature.
 *
 * @throws `store/*` when the store cannot answer (nothing was sent, or the call stays `sent` and is settled when it is
 * presented again), `mission/payload_missing`, `mission/log_unreadable`
 */
export async function performCall(
  world: MissionWorld,
  request: CallRequest,
  run?: RunLane,
  operation?: number,
): Promise<CallAnswer> {
  const asked = readRequest(request);
  if ("kind" in asked) return asked;
  invariant((run === undefined) === (operation === undefined), "a call of a run names its operation");
  const place = run === undefined || operation === undefined ? undefined : { lane: run, operation };
  const walk: Walk = { world, asked, run: place, decided: 0, sent: 0 };
  return inTurn(world, callStream(request.mission, request.key), async () => {
    for (let turn = 0; turn < TURNS_MAX; turn += 1) {
      const answer = await takeTurn(walk);
      if (answer !== undefined) return answer;
    }
    return { kind: "waits", for: "tool", untilMs: world.store.nowMs() + UPSTREAM_RETRY_MS };
  });
}

/** One presentation on its way, and what it learned. */
interface Walk {
  readonly world: MissionWorld;
  readonly asked: AskedCall;
  readonly run: RunPlace | undefined;
  /** Decisions that came to nothing because what they read moved. */
  decided: number;
  /** Attempts in this presentation. */
  sent: number;
  /** The newest attempt that `find` called absent. */
  absentAttempt?: number;
  /** The counter whose ceiling refused an intent. */
  refusedCounter?: string;
  /** Set when nothing is left but to refuse. */
  forced?: Denial;
}

/** Everything that one turn stands on. */
interface Scene {
  readonly evidence: Evidence;
  readonly call: Standing<Call | undefined>;
  readonly bound: BoundTool | undefined;
  readonly tool: Tool | undefined;
  readonly verified: VerifiedPresentation;
  readonly actor: Actor;
}

/** `undefined`: something changed; look again. */
type Turn = CallAnswer | undefined;

async function takeTurn(walk: Walk): Promise<Turn> {
  const { world, asked } = walk;
  const { request } = asked;
  const evidence = await gatherEvidence(world, request.mission);
  if (evidence === undefined) return refused("mission/not_found", "There is no mission of that id.");
  const verified = verifyPresentation(world, evidence, asked);
  if (verified.kind === "refused") return verified;
  const call = await callStanding(world, request.mission, request.key);
  if (call.fold !== undefined && !(await isSameCall(world, call.fold, asked))) {
    return refused("call/conflict", "The key belongs to a call with another tool or other arguments.");
  }
  const boundary = await boundaryOf(world, evidence.mission);
  const bound = boundary?.tools.find(({ name }) => name === request.tool);
  const tool = call.fold !== undefined && isEnded(call.fold.state) ? undefined : await findTool(world, bound);
  if (tool === "unavailable") return waitsForTool(world, UPSTREAM_RETRY_MS);
  const actor: Actor = { id: evidence.mission.agent, custody: request.custody };
  return act(walk, { evidence, call, bound, tool, verified, actor });
}

async function act(walk: Walk, scene: Scene): Promise<Turn> {
  const { world } = walk;
  const call = scene.call.fold;
  const next = nextAct({
    call,
    tool: call?.digest === undefined || call.digest === scene.tool?.digest ? scene.tool : undefined,
    nowMs: world.store.nowMs(),
    skewMs: world.defaults.skewMs,
    sent: walk.sent,
    absentAttempt: walk.absentAttempt,
  });
  switch (next.kind) {
    case "answer":
      return answerRecorded(walk, scene);
    case "decide":
      return decide(walk, scene);
    case "expire":
      return refuse(walk, scene, denial("mission/approval_expired"));
    case "wait":
      return { kind: "waits", for: "tool", untilMs: next.untilMs };
    case "ask":
      return askTool(walk, scene);
    case "exhausted":
      return call?.class === "read"
        ? refuse(walk, scene, denial("call/no_answer"))
        : waitsForTool(world, call?.attemptTimeoutMs ?? UPSTREAM_RETRY_MS);
    case "person":
      return leaveToPerson(walk, scene, "Nobody but a person can tell whether it happened.");
    default:
      return unreachable(next);
  }
}

/** Equality is judged by opening the stored arguments: the caller may have lost its nonce. */
async function isSameCall(world: MissionWorld, call: Call, asked: AskedCall): Promise<boolean> {
  if (call.tool !== asked.request.tool) return false;
  if (call.arguments === asked.commitment) return true;
  return (await openPayload(world, call.arguments, "arguments")).text === asked.text;
}

async function findTool(world: MissionWorld, bound: BoundTool | undefined): Promise<Tool | undefined | "unavailable"> {
  if (bound === undefined) return undefined;
  try {
    return await world.catalogue.find(bound.name);
  } catch (error) {
    if (isAuraError(error, "gateway/upstream_unavailable")) return "unavailable";
    throw error;
  }
}

async function answerRecorded({ world, run }: Walk, scene: Scene): Promise<Turn> {
  const { fold: call, head } = scene.call;
  invariant(call !== undefined, "a call that ended exists");
  const end = await endOf(world, call);
  if (run === undefined) return { kind: "ended", end };
  const answer = await appendDelivery({ fold: call, head }, scene.actor, run);
  return answer.kind === "appended" ? { kind: "ended", end } : { kind: "lost" };
}

async function decide(walk: Walk, scene: Scene): Promise<Turn> {
  const { world, asked, run } = walk;
  const { evidence, bound, tool, verified } = scene;
  if (evidence.mission.state !== "IN_PROGRESS") return notInProgress();
  if (run !== undefined && !run.lane.held()) return { kind: "lost" };
  if (walk.forced !== undefined) return refuse(walk, scene, walk.forced);
  const verdict = decideCall(world, {
    request: asked.request,
    evidence,
    bound,
    tool,
    beyond: verified.beyond,
    refusedCounter: walk.refusedCounter,
  });
  switch (verdict.kind) {
    case "refused":
      return refuse(walk, scene, verdict.denial, verdict.decision);
    case "escalated":
      return park(walk, scene, verdict.decision);
    case "permitted":
      return send(walk, scene, verdict);
    default:
      return unreachable(verdict);
  }
}

/** ESCALATE: the call waits on its own stream, until a person decides or its time is over. */
async function park(walk: Walk, scene: Scene, decision: Decision): Promise<Turn> {
  const { world, asked, run } = walk;
  const { fold: call, head } = scene.call;
  if (call?.state === "parked") return { kind: "waits", for: "approval", untilMs: call.untilMs ?? 0 };
  if (call !== undefined) return refuse(walk, scene, denial("mission/approval_required"), decision);
  const untilMs = world.store.nowMs() + world.defaults.approvalWindowMs;
  const { answer } = await appendToCall(
    world,
    call,
    {
      ...keyOf(asked),
      head,
      draft: {
        type: "call.parked",
        actor: scene.actor,
        data: { tool: asked.request.tool, level: decision.level ?? null, untilMs, decision: recordOf(decision) },
        payloads: { arguments: asked.commitment },
      },
      payloads: [sealText(asked.request.nonce, asked.text)],
      reads: readsOf(scene.evidence),
    },
    run,
  );
  if (answer.kind === "appended") return { kind: "waits", for: "approval", untilMs };
  return lookAgain(walk, answer);
}

/**
 * Ends the call without sending it. A call that was never sent is `denied`. One that was sent is `failed` if nothing can
 * have happened (a `read`, or `find` said absent); else nobody may call it off: it is left to a person.
 */
async function refuse(walk: Walk, scene: Scene, why: Denial, decision?: Decision): Promise<Turn> {
  const { world, asked, run } = walk;
  const { fold: call, head } = scene.call;
  const open = call !== undefined && call.state !== "parked";
  if (open && call.class !== "read" && walk.absentAttempt !== call.attempts) {
    return leaveToPerson(walk, scene, why.message);
  }
  const message = open || why.message !== messageFor(why.code) ? sealPayload(world, why.message) : undefined;
  const first = call === undefined ? [sealText(asked.request.nonce, asked.text)] : [];
  const code = why.code;
  const { answer } = await appendEnd(
    world,
    call,
    {
      ...keyOf(asked),
      head,
      draft: open
        ? {
            type: "call.failed",
            actor: scene.actor,
            data: { attempt: call.attempts, code, by: call.class === "read" ? "class" : "find" },
            payloads: message === undefined ? {} : { message: message.commitment },
          }
        : {
            type: "call.denied",
            actor: scene.actor,
            data: {
              tool: asked.request.tool,
              code,
              parked: call?.state === "parked",
              ...(decision === undefined ? {} : { decision: recordOf(decision) }),
            },
            payloads: {
              arguments: call?.arguments ?? asked.commitment,
              ...(message === undefined ? {} : { message: message.commitment }),
            },
          },
      payloads: message === undefined ? first : [...first, message],
    },
    run,
  );
  if (answer.kind !== "appended") return lookAgain(walk, answer);
  if (open) return { kind: "ended", end: { kind: "failed", code, message: why.message } };
  return { kind: "ended", end: { kind: "denied", code, message: why.message, rules: decision?.rules ?? [] } };
}

/** Unit 1, the bytes, unit 2. The only place in AURA from which a tool is called. */
async function send(walk: Walk, scene: Scene, permit: Extract<CallVerdict, { kind: "permitted" }>): Promise<Turn> {
  const { world, asked, run } = walk;
  const { evidence } = scene;
  const { tool } = permit;
  const sendByMs = Math.min(world.store.nowMs() + world.defaults.sendWindowMs, evidence.mission.deadlineMs ?? 0);
  const idempotencyKey = idempotencyKeyOf(world, asked.request);
  const intent = await writeIntent(walk, scene, { ...permit, sendByMs, idempotencyKey });
  if (intent.answer.kind !== "appended") return lookAgain(walk, intent.answer);
  walk.sent += 1;
  const sent = await world.broker.send({
    namespace: world.context.namespace,
    mission: evidence.mission.id,
    callKey: asked.request.key,
    idempotencyKey,
    tool,
    arguments: asked.request.arguments,
    sendByMs,
    stillHeld: () => stillHeld(world, evidence, run),
  });
  return recordSent(walk, { standing: intent.standing, actor: scene.actor }, sent);
}

async function writeIntent(
  walk: Walk,
  scene: Scene,
  intent: {
    readonly tool: Tool;
    readonly decision: Decision;
    readonly sendByMs: number;
    readonly idempotencyKey: string;
  },
) {
  const { world, asked, run } = walk;
  const { evidence, verified } = scene;
  const { fold: call, head } = scene.call;
  const { tool } = intent;
  const proof = sealPayload(world, asked.request.presented.proof);
  const data: JsonObject = {
    tool: tool.name,
    digest: tool.digest,
    class: tool.class,
    attempt: (call?.attempts ?? 0) + 1,
    parked: call?.state === "parked",
    idempotencyKey: intent.idempotencyKey,
    decision: recordOf(intent.decision),
    sendByMs: intent.sendByMs,
    attemptTimeoutMs: tool.attemptTimeoutMs,
    boundary: evidence.mission.boundary ?? null,
    credential: verified.credential,
    token: verified.token,
    instance: verified.instance,
  };
  return appendToCall(
    world,
    call,
    {
      ...keyOf(asked),
      head,
      draft: {
        type: "call.sent",
        actor: scene.actor,
        data,
        payloads: { arguments: call?.arguments ?? asked.commitment, proof: proof.commitment },
      },
      // A call that stood before has its arguments stored already.
      payloads: call === undefined ? [sealText(asked.request.nonce, asked.text), proof] : [proof],
      reads: readsOf(evidence),
    },
    run,
  );
}

/** What one attempt came to, as an entry and as an answer. */
async function recordSent(
  walk: Walk,
  attempt: { readonly standing: Standing<Call>; readonly actor: Actor },
  sent: Sent,
): Promise<Turn> {
  const { world, asked, run } = walk;
  const { actor } = attempt;
  let { standing } = attempt;
  const number = standing.fold.attempts;
  const outcome = outcomeOf(world, sent);
  if (outcome.kind === "unknown") {
    return markUnknown(walk, { standing, actor }, outcome.reason);
  }
  for (;;) {
    const { answer } = await appendEnd(
      world,
      standing.fold,
      {
        ...keyOf(asked),
        head: standing.head,
        draft: {
          type: `call.${outcome.end.kind}`,
          actor,
          data: { attempt: number, by: "answer", ...outcome.data },
          payloads: { [outcome.payloadName]: outcome.payload.commitment },
        },
        payloads: [outcome.payload],
      },
      run,
    );
    if (answer.kind === "appended") return { kind: "ended", end: outcome.end };
    if (answer.kind !== "stale" || run !== undefined) return lookAgain(walk, answer);
    const now = await callStanding(world, asked.request.mission, asked.request.key);
    // Somebody gave this very attempt up; we know better. Anything else that stands there stands.
    const stillOurs = now.fold?.attempts === number && (now.fold.state === "unknown" || now.fold.state === "sent");
    if (now.fold === undefined || !stillOurs) return undefined;
    standing = { fold: now.fold, head: now.head };
  }
}

type AttemptOutcome =
  | { readonly kind: "unknown"; readonly reason: string }
  | {
      readonly kind: "known";
      readonly end: Exclude<Extract<CallAnswer, { kind: "ended" }>["end"], { kind: "denied" }>;
      readonly data: JsonObject;
      readonly payloadName: "result" | "message";
      readonly payload: Payload;
    };

function outcomeOf(world: MissionWorld, sent: Sent): AttemptOutcome {
  switch (sent.kind) {
    case "succeeded":
      try {
        const payload = sealPayload(world, sent.result);
        const end = { kind: "succeeded", result: sent.result, resultDigest: hashText(payload.text) } as const;
        return { kind: "known", end, data: {}, payloadName: "result", payload };
      } catch (error) {
        if (!isAuraError(error)) throw error;
        return { kind: "unknown", reason: "It answered what cannot be written as JSON." };
      }
    case "failed":
    case "not_sent": {
      const { code, message } = sent;
      const payload = sealPayload(world, message.toWellFormed());
      const end = { kind: "failed", code, message: message.toWellFormed() } as const;
      return { kind: "known", end, data: { code, sent: sent.kind === "failed" }, payloadName: "message", payload };
    }
    case "unknown":
      return sent;
    default:
      return unreachable(sent);
  }
}

/** Asks the tool's own `find` whether the newest attempt happened. */
async function askTool(walk: Walk, scene: Scene): Promise<Turn> {
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

async function leaveToPerson(walk: Walk, scene: Scene, reason: string): Promise<Turn> {
  const { fold: call, head } = scene.call;
  invariant(call !== undefined, "only a call that was sent has an unknown outcome");
  if (call.state === "sent") return markUnknown(walk, { standing: { fold: call, head }, actor: scene.actor }, reason);
  return { kind: "waits", for: "person", untilMs: scene.evidence.mission.deadlineMs ?? 0 };
}

/** What happens next is the next turn's to say. */
async function markUnknown(
  walk: Walk,
  attempt: { readonly standing: Standing<Call>; readonly actor: Actor },
  why: string,
): Promise<Turn> {
  const { world, asked, run } = walk;
  const { fold: call, head } = attempt.standing;
  const reason = sealPayload(world, why.toWellFormed());
  const { answer } = await appendToCall(
    world,
    call,
    {
      ...keyOf(asked),
      head,
      draft: {
        type: "call.unknown",
        actor: attempt.actor,
        data: { attempt: call.attempts },
        payloads: { reason: reason.commitment },
      },
      payloads: [reason],
      reads: [],
    },
    run,
  );
  return answer.kind === "appended" ? undefined : lookAgain(walk, answer);
}

/** What to do when a unit was not appended: `undefined` looks at what stands there now. */
function lookAgain(walk: Walk, answer: Exclude<Answer, { kind: "appended" }>): Turn {
  // The lane closed with this answer: whatever it was, the run is no longer ours.
  if (walk.run !== undefined && !walk.run.lane.held()) return { kind: "lost" };
  switch (answer.kind) {
    case "fenced":
      return { kind: "lost" };
    case "stale":
      return undefined;
    case "moved":
      walk.decided += 1;
      if (walk.decided >= DECISIONS_MAX) walk.forced = denial("call/moved");
      return undefined;
    case "refused":
      if (answer.code === "mission/ended") return notInProgress();
      if (answer.counter === undefined) throw appendRefused(keyOf(walk.asked).key, answer.code);
      if (walk.refusedCounter === answer.counter) walk.forced = denial(answer.code);
      walk.refusedCounter = answer.counter;
      return undefined;
    default:
      return unreachable(answer);
  }
}

async function stillHeld(world: MissionWorld, evidence: Evidence, run: RunPlace | undefined): Promise<boolean> {
  if (run !== undefined) {
    if (!run.lane.held()) return false;
    const { fence } = await world.store.head(world.context, run.lane.stream);
    if (fence !== run.lane.fence) return false;
  }
  return stillRunning(world, evidence);
}

function keyOf({ request: { mission, key } }: AskedCall): { readonly mission: string; readonly key: string } {
  return { mission, key };
}

function notInProgress(): CallAnswer {
  return refused("mission/not_in_progress", "The mission is not running.");
}

function waitsForTool(world: MissionWorld, ms: number): CallAnswer {
  return { kind: "waits", for: "tool", untilMs: world.store.nowMs() + ms };
}
