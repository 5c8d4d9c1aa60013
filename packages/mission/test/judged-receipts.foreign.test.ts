import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { canonicalJson, formatVerifierKey } from "@aura/trust";
import type { JsonValue, ReceiptAnchors, ReceiptVerification } from "@aura/trust";
import { expect, it, vi } from "vitest";

/** Every receipt that receipt.test.ts judges, honest or forged by the owner of the log, is kept with our answer. */
const { judged } = vi.hoisted(() => ({
  judged: [] as { receipt: unknown; anchors: ReceiptAnchors; answer: ReceiptVerification }[],
}));

vi.mock("@aura/trust", async (original) => {
  const trust = await original<typeof import("@aura/trust")>();
  return {
    ...trust,
    verifyReceipt(receipt: unknown, anchors: ReceiptAnchors): ReceiptVerification {
      const answer = trust.verifyReceipt(receipt, anchors);
      judged.push({ receipt: structuredClone(receipt), anchors, answer });
      return answer;
    },
  };
});

await import("./receipt.test.ts");

it("the verifier in Python agrees on each receipt above: accepted or refused, the reason, the position", () => {
  const cases = judged.map(({ receipt, anchors: { key, root } }) => ({
    kind: "receipt",
    file: Buffer.from(canonicalJson(receipt as JsonValue)).toString("base64"),
    key: formatVerifierKey(key.name, key.key),
    ...(root === undefined ? {} : { root: JSON.stringify(root) }),
  }));
  const script = fileURLToPath(new URL("../../trust/foreign/judge_cases.py", import.meta.url));
  const { stdout, stderr } = spawnSync(process.env["PYTHON"] ?? "python3", ["-B", "-S", "-E", script], {
    input: cases.map((one) => `${JSON.stringify(one)}\n`).join(""),
    encoding: "utf8",
    timeout: 100_000,
    maxBuffer: 2 ** 26,
  });
  expect(stderr).toBe("");
  const answers = stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { ok: boolean; reason?: string; seq?: number; votes?: number });
  expect(answers.map(({ ok, reason, seq, votes }) => [ok, reason, seq, votes])).toEqual(
    judged.map(({ answer }) =>
      answer.ok ? [true, undefined, undefined, answer.votes] : [false, answer.reason, answer.seq, undefined],
    ),
  );
  const reasons = new Set(judged.map(({ answer }) => (answer.ok ? "ok" : answer.reason)));
  expect([...reasons]).toEqual(expect.arrayContaining(["ok", "vote_forged", "vote_missing"]));
});
