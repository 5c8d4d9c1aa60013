import { canonicalJson, hashText } from "@aura/trust";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AskingForCall } from "../src/approval-text.ts";
import {
  SHOWN_ARGUMENTS_MAX,
  SHOWN_HEAD_LENGTH,
  SHOWN_VALUE_LENGTH_MAX,
  callApprovalText,
  missionApprovalText,
} from "../src/approval-text.ts";
import { loadApproval, performCall } from "../src/index.ts";
import { aCall, aMission, aWorld } from "../src/testing/index.ts";
import { A_HASH } from "./mission-events.ts";

const TOOL = { name: "pay", class: "irreversible", digest: A_HASH, constraints: null, compensation: null } as const;

const ASKING: AskingForCall = {
  namespace: "acme",
  mission: "01936f3e-0000-7000-8000-000000000001",
  objective: "Pay invoice 17.",
  agent: "invoice-clerk",
  level: "L2",
  rules: [{ rule: "big-payments", reason: "Over 1,000 a manager decides." }],
  untilMs: Date.UTC(2026, 10, 24, 12),
  nonce: "n".repeat(43),
  call: "1.4",
  tool: TOOL,
  arguments: { payee: "Acme Ltd", amount: "1200.00" },
};

const line = (text: string, label: string) => text.split("\n").filter((one) => one.startsWith(`${label}: `));

describe("the text that a person is shown", () => {
  it("says what will be sent, and under what, line by line", () => {
    expect(callApprovalText(ASKING)).toBe(
      [
        "Approve: ONE CALL, at level L2",
        'Namespace: "acme"',
        'Mission: "01936f3e-0000-7000-8000-000000000001"',
        'Objective: "Pay invoice 17."',
        'Agent: "invoice-clerk"',
        'Tool: "pay" (irreversible)',
        'Call: "1.4"',
        'Argument: "amount" = "1200.00"',
        'Argument: "payee" = "Acme Ltd"',
        'Rule: "big-payments": "Over 1,000 a manager decides."',
        "Until: 2026-11-24T12:00:00.000Z",
        `Reference: ${hashText(`aura-shown-1\n${"n".repeat(43)}`)}`,
        "",
      ].join("\n"),
    );
  });

  it("says of a mission what it may do, with its limits", () => {
    const text = missionApprovalText({
      ...ASKING,
      authority: "L2",
      timeoutMs: 600_000,
      tools: [TOOL, { ...TOOL, name: "read", constraints: { path: { constraint_type: "exact", value: "a" } } }],
    });
    expect(line(text, "Approve")).toEqual(["Approve: A WHOLE MISSION, at level L2"]);
    expect(line(text, "Tool")).toEqual([
      'Tool: "pay" (irreversible), no limits',
      'Tool: "read" (irreversible), limits {"path":{"constraint_type":"exact","value":"a"}}',
    ]);
  });

  it.each([
    ["a line of ours", "1\nUntil: 2099-01-01T00:00:00.000Z", '"1\\nUntil: 2099-01-01T00:00:00.000Z"'],
    ["a carriage return", "100\r900", '"100\\r900"'],
    ["an escape sequence", "\u001b[2J1", '"\\u001b[2J1"'],
    ["a right-to-left override", "\u202e00.21", '"\\u{202e}00.21"'],
    ["an isolate", "\u20661\u2069", '"\\u{2066}1\\u{2069}"'],
    ["an invisible space", "a\u200bb\u00a0c\u3000", '"a\\u{200b}b\\u{a0}c\\u{3000}"'],
    ["a line separator", "a\u2028b", '"a\\u{2028}b"'],
    ["a tag", "a\u{e0041}", '"a\\u{e0041}"'],
    ["a filler", "\u3164\u2800\ufeff", '"\\u{3164}\\u{2800}\\u{feff}"'],
    ["a C1 control", "\u0085\u009b", '"\\u{85}\\u{9b}"'],
    ["a backslash that poses as ours", "\\u{202e}", '"\\\\u{202e}"'],
    ["a quote that poses as an end", '1" (approved)', '"1\\" (approved)"'],
  ])("makes %s visible", (_name, amount, written) => {
    const text = callApprovalText({ ...ASKING, arguments: { amount } });
    expect(line(text, "Argument")).toEqual([`Argument: "amount" = ${written}`]);
    expect(line(text, "Until")).toHaveLength(1);
  });

  it("makes names of arguments, agents' words and reasons as visible as values", () => {
    const hostile = 'x\u202e\nTool: "read"';
    const text = callApprovalText({
      ...ASKING,
      objective: hostile,
      arguments: { [hostile]: { [hostile]: [hostile] } },
      rules: [{ rule: "r", reason: hostile }],
    });
    expect(text).not.toContain("\u202e");
    expect(line(text, "Tool")).toHaveLength(1);
  });

  it("shows a long value by its head and its digest, from the first character too many on", () => {
    const value = (length: number) => "x".repeat(length - 2); // its quotes count
    const shownOf = (length: number) =>
      line(callApprovalText({ ...ASKING, arguments: { a: value(length) } }), "Argument")[0];
    expect(shownOf(SHOWN_VALUE_LENGTH_MAX)).toBe(`Argument: "a" = "${value(SHOWN_VALUE_LENGTH_MAX)}"`);
    const long = value(SHOWN_VALUE_LENGTH_MAX + 1);
    expect(shownOf(SHOWN_VALUE_LENGTH_MAX + 1)).toBe(
      `Argument: "a" = "${long.slice(0, SHOWN_HEAD_LENGTH - 1)} [cut: ${SHOWN_VALUE_LENGTH_MAX + 1} characters, SHA-256 ${hashText(canonicalJson(long))}]`,
    );
  });

  it("never cuts a character in two", () => {
    const text = callApprovalText({ ...ASKING, arguments: { a: "\u{1f4b6}".repeat(SHOWN_VALUE_LENGTH_MAX) } });
    expect(text.isWellFormed()).toBe(true);
  });

  it("lists so many arguments, and says how many more there are", () => {
    const args = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, nth) => [`a${nth}`, nth]));
    const all = callApprovalText({ ...ASKING, arguments: args(SHOWN_ARGUMENTS_MAX) });
    expect([line(all, "Argument").length, line(all, "Arguments").length]).toEqual([SHOWN_ARGUMENTS_MAX, 0]);
    const more = callApprovalText({ ...ASKING, arguments: args(SHOWN_ARGUMENTS_MAX + 1) });
    expect(line(more, "Argument")).toHaveLength(SHOWN_ARGUMENTS_MAX);
    expect(line(more, "Arguments")[0]).toContain("1 more");
    expect(more).toContain(hashText(canonicalJson(args(SHOWN_ARGUMENTS_MAX + 1))));
    expect(line(callApprovalText({ ...ASKING, arguments: {} }), "Arguments")).toEqual(["Arguments: none"]);
  });

  it("cannot be guessed from its digest without the nonce behind it", () => {
    expect(callApprovalText({ ...ASKING, nonce: "m".repeat(43) })).not.toBe(callApprovalText(ASKING));
  });

  it("is another one for other arguments, whatever they are", () => {
    // Code points of every kind: controls, formats, private use, the unassigned; no halves of a pair, which are no text.
    const point = fc.integer({ min: 0, max: 0x10ffff }).filter((code) => code < 0xd800 || code > 0xdfff);
    const texts = fc.array(point, { maxLength: 20 }).map((codes) => String.fromCodePoint(...codes));
    const lines = callApprovalText({ ...ASKING, arguments: { amount: "" } }).split("\n").length;
    const unseen = /[\p{C}\u2028\u2029]/u;
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const first = callApprovalText({ ...ASKING, arguments: { amount: one } });
        const second = callApprovalText({ ...ASKING, arguments: { amount: other } });
        const written = first.split("\n");
        return (
          (first === second) === (one === other) &&
          written.length === lines &&
          !written.some((text) => unseen.test(text))
        );
      }),
    );
  });
});

it("is what the vote of a parked call signs, rendered from the very arguments that are sent", async () => {
  const world = await aWorld();
  const { id } = await aMission(world);
  world.governor.answerCalls({ kind: "ESCALATE", level: "L2", rules: ["ask"] });
  await performCall(world, await aCall(world, { mission: id, arguments: { path: "invoices.txt" } }));
  const request = await loadApproval(world, { mission: id, call: "1.1" });
  expect(request?.vote.shown).toBe(hashText(request?.shown ?? ""));
  expect(request?.shown).toContain('Argument: "path" = "invoices.txt"\n');
  expect(request?.shown).toContain('Objective: "Sum the invoices and write a report."\n');
  expect(request?.shown).toContain('Rule: "ask": "Because of ask."\n');
});
