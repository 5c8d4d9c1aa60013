import type { Actor } from "@aura/trust";
import { canonicalJson, invariant, isAuraError, unreachable } from "@aura/trust";
import { NO_APPROVAL, approvalInUse } from "./approval-in-use.ts";
import type { ApprovalInUse } from "./approval-in-use.ts";
import { askTool } from "./ask-tool.ts";
import type { BoundTool } from "./boundary.ts";
import { denial, refused } from "./call-code.ts";
import { endOf } from "./call-end.ts";
import type { AskedCall } from "./call-request.ts";
import { readRequest } from "./call-request.ts";
import { inTurn } from "./call-turn.ts";
import type { RunPlace } from "./call-unit.ts";
import { appendDelivery } from "./call-unit.ts";
import type { Scene, Turn, Walk } from "./call-walk.ts";
import { lookAgain, notInProgress, waitsForTool } from "./call-walk.ts";
import type { Call, CallAnswer, CallRequest } from "./call.ts";
import { isEnded } from "./call.ts";
import type { CallVerdict } from "./decide-call.ts";
import { callQuestion, decideCall } from "./decide-call.ts";
import type { Evidence } from "./evidence.ts";
import { gatherEvidence, halt, sendableUntilMs, stillRunning } from "./evidence.ts";
import { idempotencyKeyOf } from "./idempotency-key.ts";
import { inFlight } from "./in-flight.ts";
import type { Level } from "./level.ts";
import { boundaryOf, callStanding, objectiveDigestOf } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { newestUndoKey } from "./mission.ts";
import { parkCall } from "./park-call.ts";
import { openPayload } from "./payload.ts";
import { recordSent } from "./record-sent.ts";
import { refuseCall } from "./refuse-call.ts";
import type { RunLane } from "./run-lane.ts";
import { UPSTREAM_RETRY_MS, nextAct } from "./settlement.ts";
import { UNDO_RETRY } from "./retry.ts";
import { callStream, undoneKey } from "./stream-name.ts";
import type { Tool } from "./tool.ts";
import type { Undo } from "./undo.ts";
import { findUndo } from "./undo.ts";
import { leaveToPerson } from "./unknown-call.ts";
import { verifyPresentation } from "./verify-presentation.ts";
import { writeIntent } from "./write-intent.ts";

/** Every turn ends in an answer or in a change that somebody made; this many in a row do not happen by chance. */
const TURNS_MAX = 32;

/**
 * The life of a call, from what its caller shows to what it sees: verify, admit, decide, write the intent, send, write the
 * outcome. Never waits for people. In a run (`run` and the number of its `operation`, which must not be delivered yet) the
 * outcome and `run.delivered` land in one unit. A finished call presented again answers what is recorded and sends nothing.
 *
 * Guarantees: no byte leaves before its intent is durable; the outcome is durable before it is answered; a presentation
 * that cannot be verified leaves no entry; a call whose outcome is unknown is sent again only as its tool's class allows; a call
 * on its way is cut when its caller is stopped.
 *
 * Cost of a governed call in the steady state: two units of one call entry each (in a run the second carries
 * `run.delivered` as well); four heads before the decision (a fifth if people voted on it) and three when the bytes leave (a
 * run's fence is a fourth), no stream, row, counter or payload read: mission, boundary and epochs are kept for the heads they
 * stand for. Three commitments (arguments, proof, result), one signature verified once the dual token is known (three the
 * first time).
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

async function takeTurn(walk: Walk): Promise<Turn> {
  const { world, asked } = walk;
  const { request } = asked;
  const undone = undoneKey(request.key);
  const evidence = await gatherEvidence(world, request.mission, undone === undefined ? "agent" : "compensator");
  if (evidence === undefined) return refused("mission/not_found");
  const verified = verifyPresentation(world, evidence, asked);
  if (verified.kind === "refused") return verified;
  const call = await callStanding(world, request.mission, request.key);
  const nonce = await nonceOf(world, call.fold, asked);
  if (nonce === undefined) return refused("call/conflict");
  const isNewest = undone === undefined || request.key === newestUndoKey(evidence.mission, undone);
  const undo = undone === undefined || !isNewest ? undefined : await findUndo(world, evidence.mission, undone);
  if (undone !== undefined && undo === undefined) return refused("call/nothing_to_undo");
  if (undo !== undefined && !isAsked(undo, asked)) return refused("call/conflict");
  const boundary = await boundaryOf(world, evidence.mission);
  const bound = undo?.bound ?? boundary?.tools.find(({ name }) => name === request.tool);
  const tool = call.fold !== undefined && isEnded(call.fold.state) ? undefined : await findTool(world, bound);
  if (tool === "unavailable") return waitsForTool(world, UPSTREAM_RETRY_MS);
  const actor: Actor = { id: evidence.caller, custody: request.custody };
  return act(walk, { evidence, call, bound, tool, verified, actor, nonce, ...(undo === undefined ? {} : { undo }) });
}

/** Nobody chooses what an undo does: tool and arguments follow from the call that is undone. */
function isAsked(undo: Undo, { request, text }: AskedCall): boolean {
  return undo.bound.name === request.tool && canonicalJson(undo.arguments) === text;
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
      return refuseCall(walk, scene, denial("mission/approval_expired"));
    case "wait":
      return { kind: "waits", for: "tool", untilMs: next.untilMs };
    case "ask":
      return askTool(walk, scene);
    case "exhausted":
      return call?.class === "read"
        ? refuseCall(walk, scene, denial("call/no_answer"))
        : waitsForTool(world, call?.attemptTimeoutMs ?? UPSTREAM_RETRY_MS);
    case "person":
      return leaveToPerson(walk, scene, "Nobody but a person can tell whether it happened.");
    default:
      return unreachable(next);
  }
}

/**
 * The nonce behind the call's arguments; `undefined` if the key is another call's. Equality is judged by opening the stored
 * arguments: the caller may have lost its nonce.
 */
async function nonceOf(world: MissionWorld, call: Call | undefined, asked: AskedCall): Promise<string | undefined> {
  if (call === undefined) return asked.request.nonce;
  if (call.tool !== asked.request.tool) return undefined;
  if (call.arguments === asked.commitment) return asked.request.nonce;
  const stored = await openPayload(world, call.arguments, "arguments");
  return stored.text === asked.text ? stored.nonce : undefined;
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
  const why = halt(evidence);
  // An undo that is only held is neither denied nor begun: it is made later.
  if (why === "mission/held" || why === "mission/not_compensating") return refused(why);
  if (why !== undefined) return refuseCall(walk, scene, denial(why));
  if (walk.forced !== undefined) return refuseCall(walk, scene, walk.forced);
  const { mission, caller } = evidence;
  const facts = {
    objectiveDigest: await objectiveDigestOf(world, mission),
    compensationOf: scene.undo?.original.tool,
  };
  const approval =
    tool === undefined
      ? NO_APPROVAL
      : await approvalInUse(world, mission, scene.call.fold, () =>
          callQuestion(world, { ...facts, mission, caller, call: asked.request, tool }),
        );
  if (approval.level !== walk.approvalLevel) forgetRefusal(walk, approval.level);
  const verdict = decideCall(world, {
    ...facts,
    request: asked.request,
    evidence,
    bound,
    tool,
    beyond: verified.beyond,
    refusedCounter: walk.refusedCounter,
    approval,
  });
  switch (verdict.kind) {
    case "refused":
      return refuseCall(walk, scene, verdict.denial, verdict.decided);
    case "escalated":
      return parkCall(walk, scene, verdict);
    case "permitted":
      return send(walk, scene, { ...verdict, approval });
    default:
      return unreachable(verdict);
  }
}

/** A ceiling that refused at one level says nothing about the one of another. */
function forgetRefusal(walk: Walk, level: Level | undefined): void {
  delete walk.refusedCounter;
  delete walk.approvalLevel;
  if (level !== undefined) walk.approvalLevel = level;
}

type Permit = Extract<CallVerdict, { kind: "permitted" }> & { readonly approval: ApprovalInUse };

/** Unit 1, the bytes, unit 2. The only place in AURA from which a tool is called. */
async function send(walk: Walk, scene: Scene, permit: Permit): Promise<Turn> {
  const { world, asked, run } = walk;
  const { evidence } = scene;
  const { tool } = permit;
  const sendByMs = Math.min(world.store.nowMs() + world.defaults.sendWindowMs, sendableUntilMs(evidence));
  const idempotencyKey = idempotencyKeyOf(world, asked.request);
  const intent = await writeIntent(walk, scene, { ...permit, sendByMs, idempotencyKey });
  if (intent.answer.kind !== "appended") return lookAgain(walk, intent.answer);
  walk.sent += 1;
  const sent = await inFlight(world, evidence, (signal) =>
    world.broker.send({
      namespace: world.context.namespace,
      mission: evidence.mission.id,
      callKey: asked.request.key,
      idempotencyKey,
      tool,
      arguments: asked.request.arguments,
      sendByMs,
      stillHeld: () => stillHeld(world, evidence, run),
      signal,
    }),
  );
  const { bound, undo, actor } = scene;
  const { standing } = intent;
  const inDoubt = tool.repeatable && tool.class !== "read" && standing.fold.afterUnknown === true;
  const retry = bound?.retry ?? (undo !== undefined && sent.kind === "not_sent" ? UNDO_RETRY : undefined);
  return recordSent(walk, { standing, actor, retry, untilMs: sendableUntilMs(evidence), inDoubt }, sent);
}

async function stillHeld(world: MissionWorld, evidence: Evidence, run: RunPlace | undefined): Promise<boolean> {
  if (run !== undefined) {
    if (!run.lane.held()) return false;
    const { fence } = await world.store.head(world.context, run.lane.stream);
    if (fence !== run.lane.fence) return false;
  }
  return stillRunning(world, evidence);
}
