import type { ReleaseAgent } from "@aura/governance";
import { agentStream, CONTROL_STREAM, loadBoundary, loadEpochs, loadMission, missionStream } from "@aura/mission";
import type { Mission, MissionWorld } from "@aura/mission";
import { generateKey, invariant, issueCredential, mintExecutionToken, uuidv7 } from "@aura/trust";
import type { Signer } from "@aura/trust";
import { agentSubject, audienceOf, issuerUri } from "./authority-name.ts";
import type { Identity } from "./data-folder.ts";
import type { PurposeKeys } from "./keys.ts";
import { record, RUNTIME } from "./record.ts";
import { agentRevoked, deadlineNear } from "./runtime-error.ts";

/** A credential lives for an hour at most. */
export const CREDENTIAL_TTL_MS = 3_600_000;
/** An execution token lives for five minutes at most, and never past the mission's deadline. */
export const TOKEN_TTL_MS = 300_000;
/** Both are renewed once less than this part of their life is left. */
export const RENEWAL_QUARTER = 4;

/** An instance of an agent: one key, made when the process first runs the agent and never written down. */
export interface Instance {
  readonly id: string;
  readonly agent: string;
  readonly key: Signer;
}

/** What an instance shows with each call. */
export interface DualToken {
  readonly credential: string;
  readonly token: string;
}

export interface Issuer {
  /**
   * The instance of an agent in this process. One for all its missions: their tokens keep them apart, and a credential for
   * each run would move the agent's stream, which every intent reads, under all the others.
   */
  instanceOf(agent: string): Promise<Instance>;
  /** True when the authority of the mission's agent, or of the mission, was taken back after it was given. */
  isStopped(mission: Mission): Promise<boolean>;
  /**
   * The dual token of an instance for one mission, renewed in its last quarter, and good for nothing once the mission's
   * deadline passed. @throws `runtime/agent_revoked`, `runtime/deadline_near`
   */
  dualToken(instance: Instance, mission: Mission): Promise<DualToken>;
}

export interface IssuerParts {
  readonly world: MissionWorld;
  readonly identity: Identity;
  readonly keys: Pick<PurposeKeys, "credential" | "token">;
  /** Who answers for each agent, and up to which level it may act. */
  readonly agents: readonly ReleaseAgent[];
}

interface Issued {
  readonly text: string;
  readonly jti: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The runtime as issuer, for agents that run inside it: custody `runtime`. */
export function createIssuer({ world, identity, keys, agents }: IssuerParts): Issuer {
  const instances = new Map<string, Promise<Instance>>();
  const credentials = new Map<string, Issued>();
  const tokens = new Map<string, Issued>();
  /** Issuing is done one at a time for an instance: calls that start together share what the first of them got. */
  const turns = new Map<string, Promise<unknown>>();

  return {
    instanceOf: (agent) => {
      const instance = instances.get(agent) ?? newInstance(agent);
      instances.set(agent, instance);
      return instance;
    },
    isStopped: (mission) => isStopped(world, mission),
    dualToken: (instance, mission) => {
      const held = heldFor(instance, mission);
      if (held !== undefined) return Promise.resolve(held);
      const turn = (turns.get(instance.id) ?? Promise.resolve()).then(
        () => heldFor(instance, mission) ?? issue(instance, mission),
      );
      turns.set(
        instance.id,
        turn.catch(() => undefined),
      );
      return turn;
    },
  };

  async function newInstance(agent: string): Promise<Instance> {
    return { id: uuidv7(world.store.nowMs(), world.random), agent, key: await generateKey(world.random) };
  }

  function heldFor(instance: Instance, mission: Mission): DualToken | undefined {
    const nowMs = world.store.nowMs();
    const [credential, token] = [credentials.get(instance.id), tokens.get(tokenName(instance, mission))];
    if (!isFresh(credential, nowMs) || !isFresh(token, nowMs)) return undefined;
    return { credential: credential.text, token: token.text };
  }

  async function issue(instance: Instance, mission: Mission): Promise<DualToken> {
    const nowMs = world.store.nowMs();
    if (await isStopped(world, mission)) throw agentRevoked(instance.agent);
    const held = credentials.get(instance.id);
    const credential = isFresh(held, nowMs) ? held : await credentialFor(instance, mission, nowMs);
    credentials.set(instance.id, credential);
    const token = await tokenFor(instance, credential, mission, nowMs);
    for (const [name, { untilMs }] of tokens) if (untilMs <= nowMs) tokens.delete(name);
    tokens.set(tokenName(instance, mission), token);
    return { credential: credential.text, token: token.text };
  }

  async function credentialFor({ id, agent, key }: Instance, mission: Mission, nowMs: number): Promise<Issued> {
    const jti = uuidv7(nowMs, world.random);
    const { org, namespace, agent: agentEpoch } = await loadEpochs(world, mission.id);
    const registered = agents.find(({ name }) => name === agent);
    const text = await issueCredential(keys.credential, {
      issuer: issuerUri(identity),
      org: identity.org,
      namespace: identity.namespace,
      agent,
      instance: id,
      key: key.publicKey,
      ...(registered === undefined ? {} : { owner: registered.owner, authority: registered.authority }),
      epochs: { org, namespace, agent: agentEpoch },
      nowMs,
      ttlMs: CREDENTIAL_TTL_MS,
      jti,
    });
    const untilMs = nowMs + CREDENTIAL_TTL_MS;
    await record(world, agentStream(agent), {
      type: "credential.issued",
      actor: RUNTIME,
      data: { jti, instance: id, kid: key.publicKey.kid, expMs: untilMs },
    });
    return { text, jti, fromMs: nowMs, untilMs };
  }

  async function tokenFor(instance: Instance, credential: Issued, mission: Mission, nowMs: number): Promise<Issued> {
    const boundary = await loadBoundary(world, mission.id);
    invariant(boundary !== undefined && mission.boundary !== undefined, "a running mission has a boundary");
    const jti = uuidv7(nowMs, world.random);
    const { deadlineMs = nowMs } = mission;
    const untilMs = wholeSecond(Math.min(nowMs + TOKEN_TTL_MS, deadlineMs, credential.untilMs));
    if (untilMs <= nowMs) throw deadlineNear(mission.id);
    const tools = Object.fromEntries(boundary.tools.map(({ name, constraints }) => [name, constraints]));
    const text = await mintExecutionToken(keys.token, {
      issuer: issuerUri(identity),
      audience: audienceOf(identity),
      credential: { sub: agentSubject(identity, instance), jti: credential.jti },
      key: instance.key.publicKey,
      mission: mission.id,
      boundary: mission.boundary,
      level: boundary.authority,
      tools,
      epochs: await loadEpochs(world, mission.id),
      nowMs,
      ttlMs: untilMs - nowMs,
      jti,
    });
    return { text, jti, fromMs: nowMs, untilMs };
  }
}

/** What a token says of its end: a whole second, rounded down (RFC 7519). */
function wholeSecond(timeMs: number): number {
  return Math.floor(timeMs / 1_000) * 1_000;
}

/** A token is for one instance and one mission. */
function tokenName(instance: Instance, mission: Mission): string {
  return `${instance.id} ${mission.id}`;
}

/** More than the last quarter of its life is left. */
function isFresh(issued: Issued | undefined, nowMs: number): issued is Issued {
  return issued !== undefined && issued.untilMs - nowMs > (issued.untilMs - issued.fromMs) / RENEWAL_QUARTER;
}

async function isStopped(world: MissionWorld, { id, agent }: Mission): Promise<boolean> {
  const mission = await loadMission(world, id);
  if (mission === undefined || mission.epoch > 0) return true;
  if (await isRevoked(world, agent)) return true;
  return (await wasRaisedSince(world, id, agentStream(agent))) || (await wasRaisedSince(world, id, CONTROL_STREAM));
}

/** An agent is revoked until it is registered anew. */
async function isRevoked({ store, context }: MissionWorld, agent: string): Promise<boolean> {
  let revoked = false;
  for await (const { type } of store.read(context, agentStream(agent), 0)) {
    if (type === "epoch.raised") revoked = true;
    if (type === "agent.registered") revoked = false;
  }
  return revoked;
}

/** Was an epoch raised on the stream after the mission was created? What ran before does not outlive a new registration. */
async function wasRaisedSince({ store, context }: MissionWorld, mission: string, stream: string): Promise<boolean> {
  let raised = 0;
  for await (const { type, version } of store.read(context, stream, 0)) if (type === "epoch.raised") raised = version;
  if (raised === 0) return false;
  const [raisedAt = 0, createdAt = 0] = await Promise.all([
    store.position(context, stream, raised),
    store.position(context, missionStream(mission), 1),
  ]);
  return raisedAt > createdAt;
}
