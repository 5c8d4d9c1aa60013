import {
  type AuditChain,
  type Hash,
  memoryChainStore,
  openAuditChain,
  parseVerifierKey,
  type Signer,
  signerFromSeed,
  type VerifierKey,
  verifierKeyOf,
} from "../src/index.ts";
import { openOrgLog, type OrgLog, type OrgLogOptions } from "../src/org-log.ts";
import { memoryOrgLogStore } from "../src/org-log-store.ts";
import { ACTOR, AUDIT_MS, countingRandom } from "./audit-world.ts";

export const ORG_ORIGIN = "acme.example/aura/org-log";
export const TICK_MS = 60_000;
export const orgKey: Signer = signerFromSeed(new Uint8Array(32).fill(61));
export const ORG_KEY: VerifierKey = verifierKeyOf(ORG_ORIGIN, orgKey.publicKey);

/** A clock that goes when it is told to. */
export function aClock(nowMs = AUDIT_MS) {
  return { nowMs: () => nowMs, pass: (ms: number) => void (nowMs += ms), set: (ms: number) => void (nowMs = ms) };
}

export async function anOrgLog(options: Partial<OrgLogOptions> = {}, store = memoryChainStore()) {
  const clock = aClock();
  const state = options.state ?? memoryOrgLogStore();
  const orgLog = await openOrgLog(store, orgKey, {
    origin: ORG_ORIGIN,
    tickMs: TICK_MS,
    clock,
    random: countingRandom(),
    ...options,
    state,
  });
  return { orgLog, clock, store, state };
}

/** The log of a namespace, whose key is 32 times one byte. */
export async function aNamespace(name: string, byte = 71) {
  const signer = signerFromSeed(new Uint8Array(32).fill(byte));
  const origin = `acme.example/aura/${name}`;
  const chain = await openAuditChain(memoryChainStore(), signer, {
    origin,
    clock: { nowMs: () => AUDIT_MS },
    random: countingRandom(),
  });
  const key = parseVerifierKey(chain.verifierKey);
  return {
    chain,
    key,
    origin,
    signer,
    grow: (entries: number, from = 0) =>
      Promise.all(
        Array.from({ length: entries }, (_, at) =>
          chain.append("order.refunded", { order: from + at }, { actor: ACTOR }),
        ),
      ),
    submitTo: async (orgLog: OrgLog) => submit(orgLog, chain),
  };
}

export async function submit(orgLog: OrgLog, chain: AuditChain) {
  const { note, size } = await chain.checkpoint();
  return orgLog.submit({ note, prove: (from): Promise<readonly Hash[]> => chain.proveGrowth(from, size) });
}

/** An org log with one namespace of `entries` entries in its newest tick. */
export async function anchoredWorld(entries = 5) {
  const world = await anOrgLog();
  const payments = await aNamespace("payments");
  await world.orgLog.register(payments.key);
  await payments.grow(entries);
  await payments.submitTo(world.orgLog);
  const tick = await world.orgLog.tick();
  return { ...world, payments, tick, anchored: await world.orgLog.anchored(payments.origin) };
}
