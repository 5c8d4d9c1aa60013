import type { AssistantMessage, ModelRequest } from "@aura/engine";
import { describe, expect, it } from "vitest";
import { callBehind, textOf } from "../../src/back-office/agents/clerk-tools.ts";
import { TURNS_MAX, converse } from "../../src/back-office/agents/conversation.ts";
import type { Wish } from "../../src/back-office/agents/clerk-tools.ts";

const aCall = (name: string, args: string, id = "c1") => ({
  id,
  type: "function" as const,
  function: { name, arguments: args },
});
const asking = (...calls: ReturnType<typeof aCall>[]): AssistantMessage => ({
  role: "assistant",
  content: null,
  tool_calls: calls,
});
const END: AssistantMessage = { role: "assistant", content: "Done." };

/** A model that gives these answers, what it was asked, and what was done. */
function aTalk(answers: AssistantMessage[]) {
  const asked: ModelRequest[] = [];
  const acted: Wish[] = [];
  const conversation = converse("Pay.", {
    ask: async (request) => {
      asked.push(request);
      return answers.length > 1 ? answers.shift()! : answers[0]!;
    },
    act: async (wish) => {
      acted.push(wish);
      return { ok: true, result: "fine" };
    },
  });
  return { asked, acted, conversation };
}

describe("a conversation", () => {
  it("does each wish in order and tells the model what became of it", async () => {
    const { asked, acted, conversation } = aTalk([
      asking(aCall("list_invoices", '{"folder":"a"}'), aCall("read_invoice", '{"file":"b"}', "c2")),
      END,
    ]);
    expect(await conversation).toMatchObject({ turns: 2, summary: "Done." });
    expect(acted.map(({ tool }) => tool)).toEqual(["list_invoices", "read_invoice"]);
    expect(asked[1]?.messages.slice(-2)).toEqual(
      ["c1", "c2"].map((id) => ({ role: "tool", tool_call_id: id, content: '{"ok":true,"result":"fine"}' })),
    );
  });

  it.each([
    ["write_file", "{}"],
    ["refund", '{"idempotency_key":"k"}'],
    ["__proto__", "{}"],
    ["pay", "{"],
    ["pay", "[]"],
    ["pay", "null"],
  ])("does nothing for a wish for %s with %s, and says so", async (name, args) => {
    const { asked, acted, conversation } = aTalk([asking(aCall(name, args)), END]);
    await conversation;
    expect(acted).toEqual([]);
    expect(asked[1]?.messages.at(-1)).toMatchObject({
      role: "tool",
      content: expect.stringContaining('"ok":false') as string,
    });
  });

  it("ends at its last turn and not one later", async () => {
    const endless = aTalk([asking(aCall("pay", "{}"))]);
    await expect(endless.conversation).rejects.toThrow(`within ${TURNS_MAX} turns`);
    expect(endless.asked).toHaveLength(TURNS_MAX);
    const long = aTalk([...Array.from({ length: TURNS_MAX - 1 }, () => asking(aCall("pay", "{}"))), END]);
    expect(await long.conversation).toMatchObject({ turns: TURNS_MAX });
  });
});

describe("the call behind a wish", () => {
  const pay = (args: object) => callBehind({ tool: "pay", arguments: args as never }, "work-1").arguments;

  it("pays an invoice of one piece of work under one key, whatever else the model says", () => {
    const key = pay({ payee: "p", reference: "R 1", amount: "1.00" })["idempotency_key"];
    expect(key).toBe("work-1/p/R_1");
    expect(pay({ payee: "p", reference: "R 1", amount: "9.00", idempotency_key: "other" })["idempotency_key"]).toBe(
      key,
    );
    expect(pay({ payee: 7, reference: "x".repeat(999) })["idempotency_key"]).toHaveLength(256);
  });

  it("leaves a report in the folder of reports", () => {
    const { tool, arguments: args } = callBehind(
      { tool: "write_report", arguments: { name: "../../etc/passwd", text: 7 } },
      "0123456789abcdef",
    );
    expect([tool, args]).toEqual(["write_file", { path: "reports/456789abcdef-------etc-passwd.txt", content: "" }]);
  });

  it("shows the one text of an answer, or all of it", () => {
    expect(textOf({ content: [{ type: "text", text: "hi" }] })).toBe("hi");
    expect(textOf({ content: [] })).toBe('{"content":[]}');
    expect(textOf(null)).toBe("null");
  });
});
