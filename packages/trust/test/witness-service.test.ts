import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatWitnessKey, openCosignature, openWitness, submitCheckpoint, verifierKeyOf } from "../src/index.ts";
import type { Submission, Witness, WitnessAddress, WitnessStore } from "../src/index.ts";
import { openWitnessFolder } from "../src/witness-file-store.ts";
import { originHash } from "../src/witness-service.ts";
import { formatAddCheckpoint, WITNESS_REQUEST_BYTES_MAX } from "../src/witness.ts";
import { WITNESS_ANSWER_BYTES_MAX, WITNESSES_MAX } from "../src/witness-client.ts";
import { FailingDisk } from "./failing-disk.ts";
import { LOG_KEY, ORIGIN, sampleSigner } from "./sample-log.ts";
import { aTree, aWitness, memoryWitnessStore, textOf, WITNESS_NAME, WITNESSED_MS } from "./witness-world.ts";

const tree = aTree();
const { signer, key } = aWitness();
const KEY_TEXT = formatWitnessKey(WITNESS_NAME, signer.publicKey);
const clock = { nowMs: () => WITNESSED_MS };

function aService(store: WitnessStore = memoryWitnessStore(), by = { signer, name: WITNESS_NAME }): Promise<Witness> {
  return openWitness({ ...by, logs: [LOG_KEY], store, clock });
}

async function submit(witness: Witness, oldSize: number, size: number, log = tree) {
  return witness.addCheckpoint(
    textOf(formatAddCheckpoint({ oldSize, proof: log.proof(oldSize, size), note: await log.checkpoint(size) })),
  );
}

describe("a witness", () => {
  it("answers with a cosignature over what it stored, and shows that to monitors", async () => {
    const store = memoryWitnessStore();
    const witness = await aService(store);
    const { status, type, body } = await submit(witness, 0, 3);
    expect([status, type]).toEqual([200, "text/plain; charset=utf-8"]);
    const note = await tree.checkpoint(3);
    expect(openCosignature(note + body, key)).toEqual({ ok: true, timeS: WITNESSED_MS / 1_000 });
    expect(await witness.latest(originHash(ORIGIN))).toMatchObject({ status: 200, body: note + body });
    expect(store.notes.get(ORIGIN)).toBe(note + body);
  });

  it("tells its size as the protocol says", async () => {
    const witness = await aService();
    await submit(witness, 0, 3);
    expect(await submit(witness, 0, 7)).toEqual({ status: 409, type: "text/x.tlog.size", body: "3\n" });
  });

  it.each([
    ["no request", textOf("hello"), 400],
    ["bytes that are not UTF-8", Uint8Array.of(0xff, 0x0a, 0x0a), 400],
    ["too many bytes", new Uint8Array(WITNESS_REQUEST_BYTES_MAX + 1), 413],
    ["as many bytes as may be", new Uint8Array(WITNESS_REQUEST_BYTES_MAX), 400],
  ])("refuses %s", async (_, body, status) => {
    expect((await (await aService()).addCheckpoint(body)).status).toBe(status);
  });

  it("knows no other log, and has nothing to show of one that never came", async () => {
    const witness = await aService();
    const other = await tree.checkpoint(3, sampleSigner("log"), "example.com/aura/other");
    const body = formatAddCheckpoint({ oldSize: 0, proof: [], note: other });
    expect((await witness.addCheckpoint(textOf(body))).status).toBe(404);
    expect((await witness.latest(originHash(ORIGIN))).status).toBe(404);
    expect((await witness.latest(originHash("example.com/aura/other"))).status).toBe(404);
  });

  it("cosigns one of two histories that are submitted at once, and never both", async () => {
    let open: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (open = resolve));
    const witness = await aService(memoryWitnessStore(() => held));
    const both = [submit(witness, 0, 7), submit(witness, 0, 7, aTree("other")), submit(witness, 0, 9)];
    open();
    expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 409, 409]);
  });

  it("does not go back to a smaller tree because two submissions raced", async () => {
    const store = memoryWitnessStore();
    const witness = await aService(store);
    await submit(witness, 0, 3);
    const [small, large] = await Promise.all([submit(witness, 3, 9), submit(witness, 3, 5)]);
    expect([small.status, large.status]).toEqual([200, 409]);
    expect(store.notes.get(ORIGIN)).toContain(`${ORIGIN}\n9\n`);
  });

  it("gives no cosignature away when it cannot store, and judges by what it stored before", async () => {
    let fails = true;
    const witness = await aService(
      memoryWitnessStore(() => {
        if (fails) throw new Error("ENOSPC /secret/path");
      }),
    );
    const { status, body } = await submit(witness, 0, 7);
    expect([status, body.includes("secret"), body.includes("\u2014")]).toEqual([500, false, false]);
    fails = false;
    expect((await submit(witness, 0, 3)).status).toBe(200);
  });

  it("stored, but died before it answered: the log asks again and gets the same tree cosigned", async () => {
    const store = memoryWitnessStore();
    await submit(await aService(store), 0, 7); // the answer is lost
    const witness = await aService(store);
    expect(await submit(witness, 0, 7)).toMatchObject({ status: 409, body: "7\n" });
    expect((await submit(witness, 7, 7)).status).toBe(200);
    expect((await submit(witness, 7, 7, aTree("other"))).status).toBe(422);
  });

  it("does not start on a state that it did not sign, or that is another log's", async () => {
    for (const [problem, note] of [
      ["unsigned", await tree.checkpoint(3)],
      ["another witness's", await cosignedBy(12)],
      ["another log's", await cosignedBy(11, "example.com/aura/other")],
      ["nothing", ""],
    ] as const) {
      const store = memoryWitnessStore();
      store.notes.set(ORIGIN, note);
      await expect(aService(store), problem).rejects.toMatchObject({ code: "trust/witness_state_damaged" });
    }
  });

  it("answers 500 when its state is changed under it", async () => {
    const store = memoryWitnessStore();
    const witness = await aService(store);
    store.notes.set(ORIGIN, await tree.checkpoint(1));
    expect((await submit(witness, 1, 3)).status).toBe(500);
    expect((await witness.latest(originHash(ORIGIN))).status).toBe(500);
  });

  it("is not made with the key of a log that it watches", async () => {
    await expect(
      openWitness({ name: WITNESS_NAME, signer: sampleSigner("log"), logs: [LOG_KEY], store: memoryWitnessStore() }),
    ).rejects.toMatchObject({ code: "trust/cosignature_refused" });
  });
});

async function cosignedBy(byte: number, origin = ORIGIN): Promise<string> {
  const store = memoryWitnessStore();
  const { signer: by, key: own } = aWitness(byte);
  const logs = [verifierKeyOf(origin, sampleSigner("log").publicKey)];
  const witness = await openWitness({ name: own.name, signer: by, logs, store, clock });
  const note = await tree.checkpoint(3, sampleSigner("log"), origin);
  await witness.addCheckpoint(textOf(formatAddCheckpoint({ oldSize: 0, proof: [], note })));
  return store.notes.get(origin) ?? "";
}

describe("a witness's folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "aura-witness-")), "state");
  });
  afterEach(() => rm(join(folder, ".."), { recursive: true }));

  it("is found again, says whether it is new, and is laid out for monitors", async () => {
    const first = await openWitnessFolder(folder, KEY_TEXT);
    await submit(await aService(first), 0, 3);
    await first.close();
    const again = await openWitnessFolder(folder, KEY_TEXT);
    expect([first.isNew, again.isNew]).toEqual([true, false]);
    expect((await submit(await aService(again), 3, 7)).status).toBe(200);
    await again.close();
    expect(await readFile(join(folder, originHash(ORIGIN), "checkpoint"), "utf8")).toContain(`${ORIGIN}\n7\n`);
  });

  it("is one witness's, and one process's", async () => {
    const store = await openWitnessFolder(folder, KEY_TEXT);
    await expect(openWitnessFolder(folder, KEY_TEXT)).rejects.toMatchObject({ code: "trust/chain_owned" });
    await store.close();
    const other = formatWitnessKey("witness.example/w2", signer.publicKey);
    await expect(openWitnessFolder(folder, other)).rejects.toMatchObject({ code: "trust/witness_state_damaged" });
    await (await openWitnessFolder(folder, KEY_TEXT)).close(); // it was let go of
  });

  it("refuses a state file that is not UTF-8 or was cut", async () => {
    const store = await openWitnessFolder(folder, KEY_TEXT);
    await submit(await aService(store), 0, 3);
    const path = join(folder, originHash(ORIGIN), "checkpoint");
    const whole = await readFile(path);
    for (const bytes of [Buffer.of(0xff), whole.subarray(0, -1), whole.subarray(0, 40), Buffer.alloc(0)]) {
      await writeFile(path, bytes);
      await expect(aService(store)).rejects.toMatchObject({ code: "trust/witness_state_damaged" });
    }
    await store.close();
  });

  it("whichever step of a save fails, nothing is given away that it forgets", async () => {
    const counted = new FailingDisk();
    const steps = await saveOn(counted);
    expect(steps).toBe(7); // open, write and datasync of the file; open and sync of two folders
    expect(counted.syncs).toBeGreaterThanOrEqual(3);
    for (let failing = 1; failing <= steps; failing += 1) {
      await rm(folder, { recursive: true, force: true });
      const disk = new FailingDisk();
      const store = await openWitnessFolder(folder, KEY_TEXT, disk.open);
      const witness = await aService(store);
      expect((await submit(witness, 0, 3)).status).toBe(200);
      const before = disk.operations;
      disk.fails = (operation) => (operation === before + failing ? "EIO" : undefined);
      const { status, body } = await submit(witness, 3, 7);
      expect([status, body.includes("\u2014")], `step ${failing}`).toEqual([500, false]);
      disk.fails = () => undefined;
      await store.close();
      const reopened = await openWitnessFolder(folder, KEY_TEXT);
      const after = await aService(reopened); // the old tree or the new one, whole
      const size = Number((await submit(after, 0, 9)).body);
      expect([3, 7]).toContain(size);
      expect((await submit(after, size, 9)).status).toBe(200);
      await reopened.close();
      expect((await readdir(join(folder, originHash(ORIGIN)))).filter((name) => name !== "checkpoint")).toEqual([]);
    }
  });

  async function saveOn(disk: FailingDisk): Promise<number> {
    const store = await openWitnessFolder(folder, KEY_TEXT, disk.open);
    const witness = await aService(store);
    await submit(witness, 0, 3);
    const before = disk.operations;
    await submit(witness, 3, 7);
    const steps = disk.operations - before;
    await store.close();
    return steps;
  }
});

describe("submitCheckpoint", () => {
  /** Witnesses behind a fetch without a network; `answer` may put itself in between. */
  async function aNetwork(count: number, answer?: (url: string, call: number) => Promise<Response> | undefined) {
    const services = new Map<string, Witness>();
    const addresses: WitnessAddress[] = [];
    for (let at = 1; at <= count; at += 1) {
      const one = aWitness(20 + at, `witness.example/w${at}`);
      services.set(
        `https://w${at}/add-checkpoint`,
        await aService(memoryWitnessStore(), { ...one, name: one.key.name }),
      );
      addresses.push({ key: one.key, url: `https://w${at}/` });
    }
    let calls = 0;
    const fetch: Submission["fetch"] = async (url, { body }) => {
      calls += 1;
      const put = answer?.(url, calls);
      if (put !== undefined) return put;
      const given = await services.get(url)!.addCheckpoint(textOf(body as string));
      return new Response(given.body, { status: given.status, headers: { "content-type": given.type } });
    };
    const ask = async (size: number, more: Partial<Submission> = {}, log = tree) =>
      submitCheckpoint({
        note: await log.checkpoint(size),
        witnesses: addresses,
        quorum: count,
        prove: (oldSize) => log.proof(oldSize, size),
        fetch,
        signal: new AbortController().signal,
        ...more,
      });
    return { ask, addresses, calls: () => calls };
  }

  it("collects a cosignature of each, and finds out their sizes by itself", async () => {
    const { ask, calls } = await aNetwork(3);
    await ask(3);
    expect(calls()).toBe(3);
    const { note, witnessed, reports } = await ask(9);
    expect(calls()).toBe(9); // each said 3 first
    expect([witnessed, reports.every(({ ok }) => ok)]).toEqual([true, true]);
    expect(note.startsWith(await tree.checkpoint(9))).toBe(true);
    expect(note.split("\n\n")[1]!.trimEnd().split("\n").length).toBe(4);
  });

  it("asks once when the log knows the size, and corrects itself when it is wrong", async () => {
    const { ask, addresses, calls } = await aNetwork(1);
    await ask(3);
    await ask(5, { witnesses: addresses.map((one) => ({ ...one, size: 3 })) });
    expect(calls()).toBe(2);
    expect(await ask(9, { witnesses: addresses.map((one) => ({ ...one, size: 99 })) })).toMatchObject({
      witnessed: true,
    });
  });

  it("reports a log that was set back, and one with a second history", async () => {
    const { ask } = await aNetwork(1);
    await ask(7);
    expect(await ask(3)).toMatchObject({ witnessed: false, reports: [{ ok: false, reason: "ahead", size: 7 }] });
    expect(await ask(9, {}, aTree("other"))).toMatchObject({ reports: [{ ok: false, reason: "inconsistent" }] });
  });

  it("waits no longer than it is told for one that never answers, and keeps what the others gave", async () => {
    const silent = (url: string) => (url.includes("w2") ? new Promise<Response>(() => undefined) : undefined);
    const { ask } = await aNetwork(3, silent);
    const controller = new AbortController();
    const asked = ask(3, { quorum: 2, signal: controller.signal });
    await new Promise<void>((resolve) => setImmediate(resolve));
    controller.abort();
    const { witnessed, reports } = await asked;
    expect(reports[1]).toEqual({ name: "witness.example/w2", ok: false, reason: "late" });
    expect(witnessed).toBe(reports.filter(({ ok }) => ok).length >= 2);
    const aborted = AbortSignal.abort();
    expect((await ask(3, { signal: aborted })).reports.every((one) => !one.ok)).toBe(true);
  });

  it.each([
    ["unreachable", async () => Promise.reject(new TypeError("fetch failed"))],
    ["unknown_log", async () => new Response("", { status: 404 })],
    ["log_key_refused", async () => new Response("", { status: 403 })],
    ["bad_answer", async () => new Response("", { status: 500 })],
    ["bad_answer", async () => new Response("", { status: 200 })],
    ["bad_answer", async () => new Response(`\u2014 witness.example/w1 ${"A".repeat(104)}\n`)],
    ["bad_answer", async () => new Response("3\n", { status: 409 })], // for ever
    ["bad_answer", async () => new Response("three", { status: 409 })],
    ["bad_answer", async () => new Response("x".repeat(WITNESS_ANSWER_BYTES_MAX + 1))],
    ["bad_answer", async () => new Response(Uint8Array.of(0xff))],
  ] as const)("says %s of an answer that is none", async (reason, answer) => {
    const { ask, calls } = await aNetwork(1, answer);
    expect(await ask(3)).toMatchObject({ witnessed: false, reports: [{ ok: false, reason }] });
    expect(calls()).toBeLessThanOrEqual(3);
  });

  it("takes no cosignature over another checkpoint, and passes no other line on", async () => {
    const { ask: askOther } = await aNetwork(1);
    const older = await askOther(3);
    const lines = older.note.slice(older.note.lastIndexOf("\u2014"));
    const replay = await aNetwork(1, async () => new Response(lines));
    expect(await replay.ask(5)).toMatchObject({ witnessed: false, reports: [{ reason: "bad_answer" }] });
    const extra = `\u2014 elsewhere.example ${Buffer.alloc(90, 5).toString("base64")}\n`;
    const adds = await aNetwork(1, async () => new Response(extra + lines));
    expect((await adds.ask(3)).note).toBe(older.note);
  });

  it(`asks at most ${WITNESSES_MAX} witnesses`, async () => {
    const { ask, addresses } = await aNetwork(WITNESSES_MAX);
    expect(await ask(3)).toMatchObject({ witnessed: true });
    await expect(ask(3, { witnesses: [...addresses, addresses[0]!] })).rejects.toMatchObject({
      code: "trust/cosignature_refused",
    });
  });
});
