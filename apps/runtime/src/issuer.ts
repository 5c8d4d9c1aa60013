import type { ReleaseAgent } from "@aura/governance";
import {
  agentStream,
  COMPENSATOR,
  CONTROL_STREAM,
  loadBoundary,
  loadEpochs,
  loadMission,
  loadStop,
  missionStream,
} from "@aura/mission";
import type { Boundary, Caller, Epochs, Mission, MissionWorld } from "@aura/mission";
import { generateKey, invariant, issueCredential, mintExecutionToken, uuidv7 } from "@aura/trust";
import type { Signer } from "@aura/trust";
import { agentSubject, audienceOf, issuerUri } from "./authority-name.ts";
import type { Identity } from "./data-folder.ts";
import type { PurposeKeys } from "./keys.ts";
import { record, RUNTIME } from "./record.ts";
import { agentRevoked, deadlineNear, scopeStopped } from "./runtime-error.ts";

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
  isRevoked(mission: Mission): Promise<boolean>;
  /**
   * The dual token of an instance for one mission, renewed in its last quarter, and good for nothing once the mission's
   * deadline passed. The compensator's reaches the undos of the frozen boundary and nothing else, until the time that the
   * mission's compensation was given; a stop or a revocation of the agent does not keep it from undoing, `hold` does.
   * @throws `runtime/agent_revoked`, `runtime/scope_stopped`, `runtime/deadline_near`
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
  /** As they stood when it was issued: an earlier epoch's is void. */
  readonly epochs: Epochs;
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
    isRevoked: (mission) => isRevoked(world, mission),
    dualToken: (instance, mission) => {
      const turn = (turns.get(instance.id) ?? Promise.resolve()).then(
        async () => (await heldFor(instance, mission)) ?? issue(instance, mission),
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

  async function heldFor(instance: Instance, mission: Mission): Promise<DualToken | undefined> {
    const nowMs = world.store.nowMs();
    const [credential, token] = [credentials.get(instance.id), tokens.get(tokenName(instance, mission))];
    if (!isFresh(credential, nowMs) || !isFresh(token, nowMs)) return undefined;
    if (instance.agent === COMPENSATOR) {
      if ((await loadStop(world, mission.id))?.compensation === "hold") return undefined;
      const epochs = await loadEpochs(world, mission.id, "compensator");
      if (!isOf(token, epochs) || !isOf(credential, { ...epochs, mission: credential.epochs.mission }))
        return undefined;
    }
    return { credential: credential.text, token: token.text };
  }

  async function issue(instance: Instance, mission: Mission): Promise<DualToken> {
    const nowMs = world.store.nowMs();
    const stop = await loadStop(world, mission.id);
    if (instance.agent === COMPENSATOR ? stop?.compensation === "hold" : stop !== undefined) {
      throw scopeStopped(mission.id);
    }
    if (instance.agent !== COMPENSATOR && (await isRevoked(world, mission))) throw agentRevoked(instance.agent);
    const epochs = await loadEpochs(world, mission.id, callerOf(instance));
    const held = credentials.get(instance.id);
    const isCurrent = isFresh(held, nowMs) && isOf(held, { ...epochs, mission: held.epochs.mission });
    const credential = isCurrent ? held : await credentialFor(instance, epochs, nowMs);
    credentials.set(instance.id, credential);
    const token = await tokenFor(instance, { credential, epochs, nowMs }, mission);
    for (const [name, { untilMs }] of tokens) if (untilMs <= nowMs) tokens.delete(name);
    tokens.set(tokenName(instance, mission), token);
    return { credential: credential.text, token: token.text };
  }

  async function credentialFor({ id, agent, key }: Instance, epochs: Epochs, nowMs: number): Promise<Issued> {
    const jti = uuidv7(nowMs, world.random);
    const { org, namespace, agent: agentEpoch } = epochs;
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
    return { text, jti, fromMs: nowMs, untilMs, epochs };
  }

  async function tokenFor(
    instance: Instance,
    { credential, epochs, nowMs }: { readonly credential: Issued; readonly epochs: Epochs; readonly nowMs: number },
    mission: Mission,
  ): Promise<Issued> {
    const boundary = await loadBoundary(world, mission.id);
    invariant(boundary !== undefined && mission.boundary !== undefined, "a running mission has a boundary");
    const jti = uuidv7(nowMs, world.random);
    const lastMs = await sendableUntilMs(instance, mission);
    const untilMs = wholeSecond(Math.min(nowMs + TOKEN_TTL_MS, lastMs ?? nowMs, credential.untilMs));
    if (untilMs <= nowMs) throw deadlineNear(mission.id);
    const text = await mintExecutionToken(keys.token, {
      issuer: issuerUri(identity),
      audience: audienceOf(identity),
      credential: { sub: agentSubject(identity, instance), jti: credential.jti },
      key: instance.key.publicKey,
      mission: mission.id,
      boundary: mission.boundary,
      level: boundary.authority,
      tools: instance.agent === COMPENSATOR ? undosOf(boundary) : toolsOf(boundary),
      epochs,
      nowMs,
      ttlMs: untilMs - nowMs,
      jti,
    });
    return { text, jti, fromMs: nowMs, untilMs, epochs };
  }

  /** The deadline as the caller knows it; a compensator's is what the log says of the mission now. */
  async function sendableUntilMs({ agent }: Instance, mission: Mission): Promise<number | undefined> {
    return agent === COMPENSATOR ? (await loadMission(world, mission.id))?.ending?.untilMs : mission.deadlineMs;
  }
}

function callerOf({ agent }: Instance): Caller {
  return agent === COMPENSATOR ? "compensator" : "agent";
}

type Grants = Parameters<typeof mintExecutionToken>[1]["tools"];

function toolsOf({ tools }: Boundary): Grants {
  return Object.fromEntries(tools.map(({ name, constraints }) => [name, constraints]));
}

/** What undoes the tools of a mission: its sealed compensation scope. */
function undosOf({ tools }: Boundary): Grants {
  const undos = tools.map(({ compensation }) => compensation).filter((undo) => undo !== null);
  return Object.fromEntries(undos.map(({ tool }) => [tool, null]));
}

function isOf({ epochs }: Issued, now: Epochs): boolean {
  return (
    epochs.org === now.org &&
    epochs.namespace === now.namespace &&
    epochs.agent === now.agent &&
    epochs.mission === now.mission
  );
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

async function isRevoked(world: MissionWorld, { id, agent }: Mission): Promise<boolean> {
  const mission = await loadMission(world, id);
  if (mission === undefined || mission.epoch > 0) return true;
  if (await isAgentRevoked(world, agent)) return true;
  return (await wasRaisedSince(world, id, agentStream(agent))) || (await wasRaisedSince(world, id, CONTROL_STREAM));
}

/** An agent is revoked until it is registered anew. */
async function isAgentRevoked({ store, context }: MissionWorld, agent: string): Promise<boolean> {
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
