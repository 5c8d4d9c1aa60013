import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { ledgerOf } from "../../src/back-office/payments/ledger.ts";
import { LINE_CHARS_MAX } from "../../src/back-office/payments/mcp-server.ts";
import { ORDER, SECRET, SERVER, aLedgerPath, aPaymentsServer, callPayments } from "./support/payments.ts";

const text = (text: string | RegExp) => ({
  kind: "result",
  result: {
    content: [{ type: "text", text: typeof text === "string" ? text : (expect.stringMatching(text) as string) }],
  },
});

/** The server as somebody would start it by hand: lines in, lines out. */
function aBareServer(path: string, env: { readonly [name: string]: string } = { PAYMENTS_SECRET: SECRET }) {
  const child = spawn(process.execPath, ["--conditions=@aura/source", SERVER, path], {
    env,
    stdio: ["pipe", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = new Promise<number | string | null>((resolve) =>
    child.on("exit", (exitCode, signal) => resolve(signal ?? exitCode)),
  );
  const write = (line: string) => child.stdin.write(`${line}\n`);
  const ask = async (line: string) => {
    write(line);
    return JSON.parse((await lines.next()).value as string) as { id: unknown; error?: { code: number } };
  };
  return { child, exited, write, ask };
}

const payLine = (key: string, order: object = ORDER) =>
  JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "pay", arguments: { ...order, idempotency_key: key } },
  });

describe("the payments server", () => {
  it("pays once a key, told beside the arguments or among them, finds it, and refunds it once", async () => {
    const path = aLedgerPath();
    const server = aPaymentsServer(path);
    const first = await callPayments(server, "pay", ORDER, "sent-1");
    expect(await callPayments(server, "pay", ORDER, "sent-1")).toEqual(first);
    await callPayments(server, "pay", { ...ORDER, idempotency_key: "sent-1" }, "sent-2");
    expect(await callPayments(server, "find_payment", { idempotency_key: "sent-1" })).toEqual(text("sent-1"));
    expect(await callPayments(server, "find_payment", { idempotency_key: "none" })).toEqual(text("no payment"));
    await Promise.all([1, 2, 3].map(() => callPayments(server, "refund", { idempotency_key: "sent-1" })));
    expect(ledgerOf(path).map(({ kind, key }) => `${kind} ${key}`)).toEqual(["payment sent-1", "refund sent-1"]);
  });

  it.each([{}, { PAYMENTS_SECRET: "" }, { PAYMENTS_SECRET: "x".repeat(43) }])(
    "started directly with %j lists its tools and refuses to act",
    async (env) => {
      const path = aLedgerPath();
      await callPayments(aPaymentsServer(path), "pay", ORDER, "k1");
      const server = aPaymentsServer(path, env);
      expect([...(await server.offer()).tools.keys()]).toEqual(["pay", "refund", "find_payment"]);
      for (const [tool, args] of [
        ["pay", ORDER],
        ["refund", { idempotency_key: "k1" }],
        ["find_payment", { idempotency_key: "k1" }],
      ] as const) {
        expect(await callPayments(server, tool, args)).toMatchObject({
          result: {
            isError: true,
            content: [{ text: expect.stringMatching(/^payments\/secret_refused: /) as string }],
          },
        });
      }
      expect(ledgerOf(path)).toHaveLength(1);
    },
  );

  it("never founds a ledger for somebody without a secret", async () => {
    const path = aLedgerPath();
    await callPayments(aPaymentsServer(path, {}), "pay", ORDER);
    expect(existsSync(path)).toBe(false);
  });

  it("answers a refusal with its code and without executing", async () => {
    const path = aLedgerPath();
    const answer = await callPayments(aPaymentsServer(path), "pay", { ...ORDER, amount: "5,000" });
    expect(answer).toMatchObject({
      result: { isError: true, content: [{ text: expect.stringMatching(/^payments\/amount_malformed: /) as string }] },
    });
    expect(ledgerOf(path)).toEqual([]);
  });

  it("killed in the middle of a payment, before or after it was booked, pays once when it is asked again", async () => {
    const slow = { ...ORDER, payee: "kanal-logistik" };
    const path = aLedgerPath();
    const before = aBareServer(path);
    await before.ask('{"jsonrpc":"2.0","id":0,"method":"ping"}');
    before.write(payLine("k1", slow));
    await before.ask('{"jsonrpc":"2.0","id":2,"method":"ping"}');
    before.child.kill("SIGKILL");
    await before.exited;
    expect(ledgerOf(path)).toEqual([]);
    const after = aBareServer(path);
    after.write(payLine("k1", slow));
    while (ledgerOf(path).length === 0) await new Promise(setImmediate);
    after.child.kill("SIGKILL");
    await after.exited;
    await callPayments(aPaymentsServer(path), "pay", { ...slow, idempotency_key: "k1" });
    expect(ledgerOf(path)).toHaveLength(1);
  });

  it.each([
    ["not json", null, -32_700],
    ["[]", null, -32_600],
    ['{"id":1,"method":"ping"}', null, -32_600],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', null, -32_600],
    ['{"jsonrpc":"2.0","id":1}', 1, -32_600],
    ['{"jsonrpc":"2.0","id":1,"method":"resources/list"}', 1, -32_601],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call"}', 1, -32_602],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"steal"}}', 1, -32_602],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pay","arguments":[]}}', 1, -32_602],
  ])("answers %s with an error of the protocol", async (line, id, code) => {
    const answer = await aBareServer(aLedgerPath()).ask(line);
    expect([answer.id, answer.error?.code]).toEqual([id, code]);
  });

  it("reads a message at its limit and answers one past it with an error of the protocol", async () => {
    const ping = (length: number) => `{"jsonrpc":"2.0","id":1,"method":"ping","x":"${"y".repeat(length)}"}`;
    const fits = LINE_CHARS_MAX - ping(0).length;
    const server = aBareServer(aLedgerPath());
    expect(await server.ask(ping(fits))).toMatchObject({ id: 1, result: {} });
    expect(await server.ask(ping(fits + 1))).toMatchObject({ id: null, error: { code: -32_700 } });
  });

  it("ends with its input, and with a line that does not end", async () => {
    const [closed, flooded] = [aBareServer(aLedgerPath()), aBareServer(aLedgerPath())];
    closed.child.stdin.end();
    flooded.child.stdin.write("z".repeat(4 * LINE_CHARS_MAX + 1));
    expect(await Promise.all([closed.exited, flooded.exited])).toEqual([0, 1]);
  });
});
