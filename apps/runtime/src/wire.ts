import { systemTimers } from "@aura/engine";
import type { Timers } from "@aura/engine";
import { createGateway, httpModelUpstream, stdioUpstream } from "@aura/gateway";
import { createGovernor } from "@aura/governance";
import { missionProjection } from "@aura/mission";
import type { Broker, MissionWorld } from "@aura/mission";
import { openSqliteLogStore } from "@aura/store";
import type { LogStore, NamespaceContext } from "@aura/store";
import { invariant, systemClock, systemRandom, verifierKeyOf } from "@aura/trust";
import type { Clock, FoundingStatement } from "@aura/trust";
import { childProcessHost } from "./agent-process/child-process-host.ts";
import type { Application, ModelPlace, Place, UpstreamCommand } from "./application.ts";
import { audienceOf } from "./authority-name.ts";
import { createCheckpointDesk } from "./checkpoints.ts";
import type { CheckpointDesk } from "./checkpoints.ts";
import { loadIdentity, rootPlaces } from "./data-folder.ts";
import type { DataFolder, Identity } from "./data-folder.ts";
import { checkVerifierKey, found, loadStatement, refuseLostLog } from "./founding.ts";
import type { Founded, FoundingParts } from "./founding.ts";
import { createIssuer } from "./issuer.ts";
import { keepCheckpoint, refuseChangedLog } from "./kept-checkpoints.ts";
import { loadKeys } from "./keys.ts";
import type { PurposeKeys } from "./keys.ts";
import { createListeners } from "./listeners.ts";
import type { Listener } from "./listeners.ts";
import { activate, loadReleases } from "./namespace.ts";
import { observedStore } from "./observed-store.ts";
import { placeIn } from "./place.ts";
import type { Recorder } from "./record.ts";
import { createSupervisor } from "./supervisor.ts";
import type { Supervisor } from "./supervisor.ts";

/** From an intent's decision to the moment after which its bytes may no longer leave. */
const SEND_WINDOW_MS = 2_000;
/** How long a mission or call waits for people. */
const APPROVAL_WINDOW_MS = 7 * 86_400_000;
/** One machine has one clock; what remains is its granularity and a slow timer. */
const SKEW_MS = 250;

/** What may be put between the parts, from outside: tests and the crash harness do. */
export interface Decorators {
  store?(store: LogStore): LogStore;
  broker?(broker: Broker): Broker;
  /** How one of an application's servers is started. */
  upstream?(server: UpstreamCommand): UpstreamCommand;
  /** The machine's own clock unless it is given. */
  readonly clock?: Clock;
  /** The model that applications ask instead of one that they bring. */
  readonly model?: ModelPlace;
  /** Agents of an application folder run in this process, not in processes of their own. */
  readonly agents?: "inside";
}

/** A founded namespace whose log is open, and ours alone until it is closed. */
export interface OpenNamespace extends Recorder {
  readonly folder: DataFolder;
  readonly identity: Identity;
  readonly statement: FoundingStatement;
  readonly keys: PurposeKeys;
  readonly checkpoints: CheckpointDesk;
  /** Tells one more listener what happens from now on; the answer ends it. */
  observe(listener: Listener): () => void;
  close(): Promise<void>;
}

/** A namespace with an application in force: everything that executes missions. */
export interface Runtime extends OpenNamespace {
  readonly application: Application;
  readonly world: MissionWorld & { readonly timers: Timers };
  readonly supervisor: Supervisor;
}

/** Founds a namespace on the machine's own clock, dice and disk. @throws as `found` */
export function foundNamespace(parts: Omit<FoundingParts, "clock" | "random" | "openStore">): Promise<Founded> {
  return found({ ...parts, clock: systemClock, random: systemRandom, openStore: () => openStore(parts.folder) });
}

/**
 * Opens the log and holds what is on the disk against itself before anything is signed: keys against the founding, the log
 * against the newest checkpoint that was kept and the newest that is stored in it.
 * @throws `runtime/not_founded`, `runtime/founding_unfinished`, `runtime/key_missing`, `runtime/key_foreign`,
 * `runtime/verifier_key_foreign`, `runtime/log_lost`, `runtime/log_cut`, `runtime/log_rewritten`, `runtime/checkpoint_foreign`,
 * `store/corrupt`, `store/locked`
 */
export async function openNamespace(
  folder: DataFolder,
  decorators: Decorators = {},
  listener: Listener = {},
): Promise<OpenNamespace> {
  const identity = await loadIdentity(folder);
  const context: NamespaceContext = { namespace: identity.namespace };
  refuseLostLog(folder);
  const opened = await openStore(folder, decorators.clock);
  try {
    const statement = await loadStatement(opened, context, folder);
    const keys = await loadKeys(folder, statement.keys);
    await checkVerifierKey(folder, identity, keys);
    const verifierKey = verifierKeyOf(identity.origin, keys.log.publicKey);
    await refuseChangedLog(folder, { store: opened, context, verifierKey });
    const { observe, appended, signed, trouble } = createListeners(listener);
    const store = observedStore(decorators.store?.(opened) ?? opened, appended);
    const checkpoints = createCheckpointDesk({
      store,
      context,
      origin: identity.origin,
      signer: keys.log,
      timers: timersOf(store),
      signed,
      keep: (tree) => keepCheckpoint(folder, tree),
      trouble,
    });
    const close = async (): Promise<void> => {
      await checkpoints.close();
      await store.close();
    };
    return { folder, identity, statement, keys, context, store, random: systemRandom, checkpoints, observe, close };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Puts an application's release in force and wires everything that executes its missions. Starts no upstream yet. */
export async function wire(
  folder: DataFolder,
  application: Application,
  decorators: Decorators = {},
  listener: Listener = {},
): Promise<Runtime> {
  const namespace = await openNamespace(folder, decorators, listener);
  try {
    await activate(namespace, application.release);
    const { identity, keys } = namespace;
    const gateway = createGateway({
      registrations: application.release.tools,
      upstreams: upstreamsOf(
        folder,
        application,
        await placeIn(folder, namespace.random, decorators.model),
        decorators,
      ),
      clock: namespace.store,
    });
    const ports = {
      governor: createGovernor({
        current: application.release,
        known: await loadReleases(namespace),
        firstApprovers: firstApproversOf(namespace),
      }),
      catalogue: gateway.catalogue,
      broker: decorators.broker?.(gateway.broker) ?? gateway.broker,
    };
    const world = { ...worldOf(namespace, ports), timers: timersOf(namespace.store) };
    const agentWorld = { ...world, ...(await hostOf(namespace, application, world.timers, decorators)) };
    const issuer = createIssuer({ world, identity, keys, agents: application.release.agents });
    const supervisor = createSupervisor({ world: agentWorld, issuer, agents: application.agents });
    const close = async (): Promise<void> => {
      await gateway.close();
      await namespace.close();
    };
    return { ...namespace, application, world, supervisor, close };
  } catch (error) {
    await namespace.close();
    throw error;
  }
}

/** The world of a namespace without an application: it decides by the release in force, and nothing can be sent from it. */
export async function quietWorld(namespace: OpenNamespace): Promise<MissionWorld> {
  const releases = await loadReleases(namespace);
  const current = releases.at(-1);
  invariant(current !== undefined, "a founded namespace has a release");
  return worldOf(namespace, {
    governor: createGovernor({ current, known: releases, firstApprovers: firstApproversOf(namespace) }),
    catalogue: { find: async () => undefined },
    broker: {
      send: async () => ({ kind: "not_sent", code: "runtime/no_application", message: "No application is loaded." }),
      find: async () => ({ kind: "undecided", reason: "No application is loaded." }),
    },
  });
}

/** Agents of an application folder live in processes of their own, which may not read what the runtime keeps. */
async function hostOf(
  { folder, store }: OpenNamespace,
  { module }: Application,
  timers: Timers,
  { agents }: Decorators,
) {
  if (module === undefined || agents === "inside") return {};
  const secret = [folder.path, ...(await rootPlaces(folder))];
  return { host: childProcessHost({ module, timers, nowMs: () => store.nowMs(), secret }) };
}

/** Who answers at every level until a release seats people. */
function firstApproversOf({ statement }: OpenNamespace): readonly string[] {
  return statement.approvers.map(({ id }) => id);
}

function worldOf(
  { identity, keys, store, context, random, checkpoints }: OpenNamespace,
  ports: Pick<MissionWorld, "governor" | "catalogue" | "broker">,
): MissionWorld {
  return {
    ...ports,
    store,
    context,
    random,
    checkpoints,
    outcomeSigner: keys.outcome,
    authority: {
      org: identity.org,
      audience: audienceOf(identity),
      credentialIssuers: [keys.credential.publicKey],
      tokenIssuers: [keys.token.publicKey],
    },
    defaults: { sendWindowMs: SEND_WINDOW_MS, approvalWindowMs: APPROVAL_WINDOW_MS, skewMs: SKEW_MS },
  };
}

function openStore(folder: DataFolder, clock: Clock = systemClock): Promise<LogStore> {
  return openSqliteLogStore({ path: folder.log, clock, projections: [missionProjection] });
}

/** Timers on the store's clock. */
export function timersOf(store: LogStore): Timers {
  return systemTimers(() => store.nowMs());
}

/** Each server works in the data folder and gets nothing of our environment. */
function upstreamsOf(folder: DataFolder, application: Application, place: Place, decorators: Decorators) {
  return application.upstreams(place).map((upstream) => {
    if (upstream.kind !== "model")
      return stdioUpstream({ ...(decorators.upstream?.(upstream) ?? upstream), cwd: folder.path });
    const { name, model, apiKey } = upstream;
    const asked = { name, model, ...(apiKey === undefined ? {} : { apiKey }) };
    if ("baseUrl" in upstream) return httpModelUpstream({ ...asked, baseUrl: upstream.baseUrl });
    const { command, args, env } = upstream;
    return httpModelUpstream({ ...asked, server: { command, args, env, cwd: folder.path } });
  });
}
