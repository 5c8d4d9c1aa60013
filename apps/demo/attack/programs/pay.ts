import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ledgerIn, paymentsSecret } from "../copied-log.ts";
import { ledgerOf } from "../../src/back-office/payments/ledger.ts";
import type { Program } from "../program.ts";

const SERVER = fileURLToPath(new URL("../../src/back-office/payments/system-server.ts", import.meta.url));
const ORDER = {
  payee: "obol-trading",
  iban: "XX00THIEF0000000001",
  amount: "4800.00",
  currency: "EUR",
  reference: "direct",
};

/** `pay FOLDER [--secret TEXT | --secret-of FOLDER]`: starts the payments server on a folder's ledger, past AURA, and orders a payment. */
export const pay: Program = async (args, { say }) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { secret: { type: "string" }, "secret-of": { type: "string" } },
  });
  const [folder] = positionals;
  if (folder === undefined) throw new Error("Write: pay FOLDER [--secret TEXT | --secret-of FOLDER]");
  const ledger = ledgerIn(folder);
  const secret = values["secret-of"] === undefined ? values.secret : paymentsSecret(values["secret-of"]);
  const before = ledgerOf(ledger).length;
  const call = { name: "pay", arguments: { ...ORDER, idempotency_key: "direct-1" } };
  const message = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: call });
  say(`$ echo '${message}' | ${secret === undefined ? "" : "PAYMENTS_SECRET=... "}node ${SERVER} ${ledger}`);
  say(await answerOf(ledger, secret, message));
  const rows = ledgerOf(ledger).length - before;
  say(rows === 0 ? "The ledger has no row more." : `The ledger has ${rows} row(s) more.`);
  return rows === 0 ? 0 : 1;
};

function answerOf(ledger: string, secret: string | undefined, message: string): Promise<string> {
  const env = secret === undefined ? {} : { PAYMENTS_SECRET: secret };
  const server = spawn(process.execPath, [SERVER, ledger], { env, stdio: ["pipe", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let text = "";
    server.stdout.on("data", (chunk: Uint8Array) => {
      text += Buffer.from(chunk).toString();
      if (text.includes("\n")) server.stdin.end();
    });
    server.once("error", reject);
    server.once("close", () => resolve(text.trimEnd()));
    server.stdin.write(`${message}\n`);
  });
}
