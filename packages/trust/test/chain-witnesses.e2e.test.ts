import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ChainWitnesses,
  formatVerifierKey,
  type HistoryDispute,
  memoryChainStore,
  openCheckpoint,
  parseVerifierKey,
  verifyLog,
} from "../src/index.ts";
import { fileChainStore } from "../src/file-chain-store.ts";
import { appendMany, AUDIT_ORIGIN, logKey, openChain } from "./audit-world.ts";
import { startWitness } from "./witness-process.ts";

const LOG = formatVerifierKey(AUDIT_ORIGIN, logKey.publicKey);
const NAMES = ["witness.example/one", "witness.example/two"] as const;
type Running = Awaited<ReturnType<typeof startWitness>>;

let folder: string;
let witnesses: Running[];
let disputes: HistoryDispute[];

const start = (at: number, port?: number) =>
  startWitness(join(folder, `w${at}`), { name: NAMES[at] ?? "", log: LOG, ...(port === undefined ? {} : { port }) });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-witnesses-"));
  witnesses = await Promise.all([start(0), start(1)]);
  disputes = [];
});
afterEach(async () => {
  await Promise.all(witnesses.map(({ end }) => end("SIGKILL")));
  await rm(folder, { recursive: true });
});

const policy = (asked: readonly Running[], quorum: number = asked.length): ChainWitnesses => ({
  witnesses: asked.map(({ key, url }) => ({ key, url })),
  quorum,
  fetch,
  patience: () => AbortSignal.timeout(30_000),
  disputed: (dispute) => disputes.push(dispute),
  every: 0,
});

describe("a chain whose witnesses are processes of their own", () => {
  it("goes on while one of them is killed, and has its cosignature again once it is back", async () => {
    const place = join(folder, "audit");
    const chain = await openChain(fileChainStore(place), { witnesses: policy(witnesses) });
    await appendMany(chain, 70);
    const first = await chain.witness();
    expect(first).toMatchObject({ size: 71, witnessed: true });

    await witnesses[0]!.end("SIGKILL");
    await appendMany(chain, 200);
    expect(await chain.witness()).toMatchObject({
      size: 271,
      witnessed: false,
      reports: [{ reason: "unreachable" }, { ok: true }],
    });
    const proof = await chain.prove(5);
    expect(proof.checkpoint).toBe(first.note); // the newest that both cosigned

    witnesses[0] = await start(0, witnesses[0]!.port);
    const again = await chain.witness();
    expect(again).toMatchObject({ size: 271, witnessed: true, reports: [{ ok: true }, { ok: true }] });
    expect(await readFile(join(place, "checkpoint"), "utf8")).toBe(again.note);
    const anchors = {
      key: parseVerifierKey(chain.verifierKey),
      witnesses: { keys: witnesses.map(({ key }) => key), quorum: 2 },
    };
    expect(await verifyLog(chain.export(), anchors)).toMatchObject({ ok: true, size: 271 });
    await chain.close();
    expect(disputes).toEqual([]);
  });

  it("has one history under a quorum of both: two that are shown to one each meet none, and are proven by the other's note", async () => {
    const [one, two] = witnesses as [Running, Running];
    const left = await openChain(memoryChainStore(), { witnesses: policy([one]) });
    const right = await openChain(memoryChainStore(), { witnesses: policy([two]) });
    await Promise.all([appendMany(left, 9), appendMany(right, 5, 100)]);
    const shown = await Promise.all([left.witness(), right.witness()]);
    expect(shown).toMatchObject([{ witnessed: true }, { witnessed: true }]);
    const key = parseVerifierKey(LOG);
    const both = { key, witnesses: { keys: [one.key, two.key], quorum: 2 } };
    for (const chain of [left, right]) {
      expect(await verifyLog(chain.export(), both)).toMatchObject({ ok: false, reason: "unwitnessed" });
    }
    await left.close();
    const caught = await openChain(memoryChainStore(), { witnesses: policy([one, two]) });
    await appendMany(caught, 9);
    expect(await caught.witness()).toMatchObject({
      witnessed: false,
      reports: [{ ok: true }, { reason: "inconsistent" }],
    });
    expect(disputes).toMatchObject([{ witness: NAMES[1], reason: "inconsistent" }]);
    expect(openCheckpoint(disputes[0]?.evidence ?? "", key)).toMatchObject({ ok: true, size: 6, root: shown[1].root });
  });
});
