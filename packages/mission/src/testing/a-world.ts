import type { LogStore, SignedTree } from "@aura/store";
import { EMPTY_HEAD, chainEntries, openMemoryLogStore } from "@aura/store";
import { FakeClock } from "@aura/store/testing";
import type { Actor, Signer } from "@aura/trust";
import { canonicalJson, commit, newNonce, signCheckpoint, signFounding, signerFromSeed, uuidv7 } from "@aura/trust";
import type { MissionWorld, Tool } from "../index.ts";
import { CONTROL_STREAM, missionProjection } from "../index.ts";
import { FakeBroker, FakeCatalogue, FakeGovernor, FakeRandom, aRemoveTool, aTool, aWriteTool } from "./fakes.ts";

/** The key of each purpose, and of one agent instance. Made from fixed seeds: never use them for anything real. */
export interface TestKeys {
  readonly root: Signer;
  readonly log: Signer;
  readonly credential: Signer;
  readonly token: Signer;
  readonly outcome: Signer;
  readonly agent: Signer;
  /** Of the persons whom the founding names as approvers: the owner, and those whom a `FakeGovernor` seats. */
  readonly persons: { readonly [person: string]: Signer };
}

/** A mission world on a memory store, with its founding entry written, and handles on everything in it. */
export interface TestWorld extends MissionWorld {
  readonly clock: FakeClock;
  readonly broker: FakeBroker;
  readonly catalogue: FakeCatalogue;
  readonly governor: FakeGovernor;
  readonly keys: TestKeys;
  readonly random: FakeRandom;
  readonly origin: string;
}

export const AN_OWNER: Actor = { id: "owner-1", custody: "person" };
export const AN_AGENT = "invoice-clerk";

/** @param override replaces parts, beside `tools` stands `remove_note` in any case; a `store` must fold `missionProjection` and is founded if it is empty */
export async function aWorld(
  override: {
    readonly tools?: readonly Tool[];
    readonly store?: LogStore;
    readonly clock?: FakeClock;
    readonly quorum?: number;
  } = {},
): Promise<TestWorld> {
  const clock = override.clock ?? new FakeClock();
  const store = override.store ?? openMemoryLogStore({ clock, projections: [missionProjection] });
  const keys: TestKeys = {
    root: testSigner(1),
    log: testSigner(2),
    credential: testSigner(3),
    token: testSigner(4),
    outcome: testSigner(5),
    agent: testSigner(6),
    persons: { [AN_OWNER.id]: testSigner(11), "manager-1": testSigner(12), "manager-2": testSigner(13) },
  };
  const context = { namespace: "acme" };
  const origin = "acme.example/aura/acme";
  const catalogue = new FakeCatalogue([aRemoveTool(), ...(override.tools ?? [aTool(), aWriteTool()])]);
  const world: TestWorld = {
    clock,
    store,
    context,
    keys,
    origin,
    governor: new FakeGovernor(),
    catalogue,
    broker: new FakeBroker({ nowMs: () => clock.nowMs(), catalogue }),
    checkpoints: {
      covering: (_namespace, seq) => coveringTree(world.store, keys.log, { origin, seq }),
    },
    outcomeSigner: keys.outcome,
    authority: {
      org: "acme.example",
      audience: "https://aura.acme.example",
      credentialIssuers: [keys.credential.publicKey],
      tokenIssuers: [keys.token.publicKey],
    },
    random: new FakeRandom(),
    defaults: { sendWindowMs: 5_000, approvalWindowMs: 3_600_000, skewMs: 250 },
  };
  if ((await store.size(context)) === 0) await found(world, override.quorum ?? 1);
  return world;
}

/** The same world behind another store: what a restarted process, or one that is about to die, sees. */
export function onStore(world: TestWorld, store: LogStore): TestWorld {
  const copy: TestWorld = {
    ...world,
    store,
    checkpoints: { covering: (_namespace, seq) => coveringTree(store, world.keys.log, { origin: world.origin, seq }) },
  };
  return copy;
}

/** A key from a fixed seed: never use it for anything real. */
export function testSigner(seed: number): Signer {
  return signerFromSeed(new Uint8Array(32).fill(seed));
}

async function coveringTree(
  store: LogStore,
  signer: Signer,
  { origin, seq }: { readonly origin: string; readonly seq: number },
): Promise<SignedTree> {
  const context = { namespace: "acme" };
  const newest = await store.signedTree(context);
  if (newest !== undefined && newest.size > seq) return newest;
  return store.checkpoint(context, ({ size, root }) => signCheckpoint(signer, { origin, size, root }));
}

async function found(world: TestWorld, quorum: number): Promise<void> {
  const { keys, context, origin, random } = world;
  const nowMs = world.store.nowMs();
  const nonce = newNonce(random);
  const text = canonicalJson({ format: "test-release" });
  const release = { commitment: commit(nonce, text), nonce, text };
  const statement = await signFounding(keys.root, {
    format: "aura-founding-1",
    origin,
    namespace: context.namespace,
    foundedMs: nowMs,
    keys: (["log", "credential", "token", "outcome"] as const).map((use) => ({ use, ...keys[use].publicKey })),
    constitution: { quorum },
    approvers: Object.entries(keys.persons).map(([id, { publicKey }]) => ({ id, key: publicKey })),
    release: release.commitment,
    refounds: null,
  });
  const unit = uuidv7(nowMs, random);
  const entries = chainEntries({
    namespace: context.namespace,
    stream: CONTROL_STREAM,
    head: EMPTY_HEAD,
    unit,
    timeMs: nowMs,
    drafts: [
      {
        type: "namespace.founded",
        actor: { id: "root", custody: "person" },
        data: { statement },
        payloads: { release: release.commitment },
      },
    ],
  });
  const [answer] = await world.store.append(context, [
    { id: unit, writes: [{ stream: CONTROL_STREAM, after: 0, fence: 0, entries }], reads: [], payloads: [release] },
  ]);
  if (answer?.kind !== "appended") throw new Error("a fresh log takes its founding entry");
}
