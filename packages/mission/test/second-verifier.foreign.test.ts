import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  canonicalJson,
  formatVerifierKey,
  logEntryLine,
  logHeaderLine,
  parseVerifierKey,
  verifyLog,
  verifyReceipt,
} from "@aura/trust";
import type { JsonValue } from "@aura/trust";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildReceipt, performCall } from "../src/index.ts";
import {
  aCall,
  aDefinition,
  aMission,
  anAbandonedMission,
  aWorld,
  TestRunLane,
  type TestWorld,
  vote,
  walkMission,
} from "../src/testing/index.ts";

/** Logs and receipts as missions write them, judged by ours and by the verifier in Python, which knows the formats alone. */
const SCRIPT = fileURLToPath(new URL("../../trust/foreign/verify_log.py", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "aura-mission-foreign-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let world: TestWorld;
const missions: string[] = [];

beforeAll(async () => {
  world = await aWorld();
  const running = await aMission(world);
  const lane = await TestRunLane.takeOver(world, running.id);
  await performCall(world, await aCall(world, { mission: running.id }), lane, 1);
  missions.push((await walkMission(world, running, "CLOSED")).id);

  const waiting = await aMission(world, { state: "WAITING_APPROVAL", definition: aDefinition({ authority: "L2" }) });
  await vote(world, { mission: waiting.id, call: null, person: "manager-1" });
  const approved = await walkMission(world, waiting, "IN_PROGRESS");
  world.governor.answerCalls({ kind: "ESCALATE", level: "L3", rules: ["ask"] });
  await performCall(world, await aCall(world, { mission: approved.id }));
  await vote(world, { mission: approved.id, call: "1.1", person: "manager-2" });
  await performCall(world, await aCall(world, { mission: approved.id }));
  missions.push((await walkMission(world, approved, "CLOSED")).id);

  missions.push((await anAbandonedMission(world, "WAITING_APPROVAL")).id);
});

interface Answer {
  readonly ok: boolean;
  readonly reason?: string;
  readonly seq?: number;
}

const key = () => formatVerifierKey(world.origin, world.keys.log.publicKey);

function askPython(name: string, text: string): Answer {
  const file = join(folder, name);
  writeFileSync(file, text);
  const options = ["--key", key(), "--root", JSON.stringify(world.keys.root.publicKey)];
  const python = process.env["PYTHON"] ?? "python3";
  const { stdout, stderr } = spawnSync(python, ["-B", "-S", "-E", SCRIPT, file, ...options], {
    encoding: "utf8",
    timeout: 30_000,
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Answer;
}

const shortly = ({ ok, reason, seq }: Answer): Answer => ({
  ok,
  ...(reason === undefined ? {} : { reason }),
  ...(seq === undefined ? {} : { seq }),
});

async function exported(): Promise<string> {
  const size = await world.store.size(world.context);
  const { note } = await world.checkpoints.covering(world.context.namespace, size - 1);
  const lines = [logHeaderLine({ origin: world.origin, namespace: world.context.namespace, checkpoint: note })];
  for await (const logged of world.store.readLog(world.context, 0)) lines.push(logEntryLine(logged));
  return lines.map((line) => `${line}\n`).join("");
}

it("agree on a log of missions: as it is, and with an entry changed, dropped, doubled or exchanged", async () => {
  const text = await exported();
  const lines = text.split("\n").slice(0, -1);
  const joined = (changed: readonly string[]) => changed.map((line) => `${line}\n`).join("");
  const files = [
    text,
    text.replace('"custody":"agent"', '"custody":"person"'),
    joined(lines.toSpliced(9, 1)),
    joined(lines.toSpliced(9, 0, lines[9]!)),
    joined(lines.with(9, lines[10]!).with(10, lines[9]!)),
    joined(lines.slice(0, -2)),
  ];
  const anchors = { key: parseVerifierKey(key()), root: world.keys.root.publicKey };
  for (const [at, file] of files.entries()) {
    const verified = await verifyLog(file.split("\n").slice(0, -1), anchors);
    const ours: Answer = verified.ok ? { ok: true } : { ok: false, reason: verified.reason, ...placed(verified) };
    expect(ours.ok).toBe(at === 0);
    expect(shortly(askPython(`log-${at}.jsonl`, file))).toEqual(ours);
  }
});

it("agree on receipts: calls, votes, a mission that was abandoned, and each with an entry left out", async () => {
  const anchors = { key: parseVerifierKey(key()), root: world.keys.root.publicKey };
  for (const [at, id] of missions.entries()) {
    const receipt = await buildReceipt(world, id);
    const last = receipt.entries.length - 1;
    for (const [number, shown] of [
      receipt,
      { ...receipt, entries: receipt.entries.toSpliced(1, 1) },
      { ...receipt, entries: receipt.entries.toSpliced(last, 1) },
    ].entries()) {
      const verified = verifyReceipt(shown, anchors);
      const ours: Answer = verified.ok ? { ok: true } : { ok: false, reason: verified.reason, ...placed(verified) };
      expect(ours.ok).toBe(number === 0);
      const text = canonicalJson(shown as unknown as JsonValue);
      expect(shortly(askPython(`receipt-${at}-${number}.json`, text))).toEqual(ours);
    }
  }
});

it("agree on receipts of which any one text is not shown: votes that were used must be", async () => {
  const anchors = { key: parseVerifierKey(key()), root: world.keys.root.publicKey };
  const reasons = new Set<string>();
  for (const [at, id] of missions.entries()) {
    const receipt = await buildReceipt(world, id);
    for (const [number, hidden] of Object.keys(receipt.opened).entries()) {
      const opened = Object.fromEntries(Object.entries(receipt.opened).filter(([commitment]) => commitment !== hidden));
      const verified = verifyReceipt({ ...receipt, opened }, anchors);
      const ours: Answer = verified.ok ? { ok: true } : { ok: false, reason: verified.reason, ...placed(verified) };
      const text = canonicalJson({ ...receipt, opened } as unknown as JsonValue);
      expect(shortly(askPython(`closed-${at}-${number}.json`, text))).toEqual(ours);
      reasons.add(ours.reason ?? "ok");
    }
  }
  expect([...reasons].toSorted()).toEqual(["ok", "vote_missing"]);
});

function placed({ seq }: { readonly seq?: number }): { readonly seq?: number } {
  return seq === undefined ? {} : { seq };
}
