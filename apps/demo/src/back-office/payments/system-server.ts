// The payments server: `PAYMENTS_SECRET=... node system-server.ts LEDGER`, speaking MCP over its standard streams.
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { openLedger } from "./ledger.ts";
import { answerLine, LINE_CHARS_MAX } from "./mcp-server.ts";
import type { Desk } from "./tools.ts";

// Node would open its debugger to every process of this machine, and with it the secret.
process.on("SIGUSR1", () => undefined);
const [path] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write("Write: PAYMENTS_SECRET=... node system-server.ts LEDGER\n");
  process.exit(2);
}
const secret = process.env["PAYMENTS_SECRET"];
delete process.env["PAYMENTS_SECRET"];

let opened: Desk | undefined;
/** Opened by the first call, so that nobody without the secret even makes the file. */
const desk = (): Desk => {
  opened ??= {
    ledger: openLedger(path, secret, { nowMs: () => Date.now() }),
    bank: async (delayMs) => void (delayMs > 0 && (await wait(delayMs))),
  };
  return opened;
};

// When its input ends, whoever asked is gone: what is booked is on the disk, and nobody waits for the rest.
createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on("line", (line) => {
    void answerLine(line, desk).then((answer) => {
      if (answer !== undefined) process.stdout.write(`${JSON.stringify(answer)}\n`);
    });
  })
  .on("close", () => {
    opened?.ledger.close();
    process.exit(0);
  });
// A line without an end would grow for ever.
let bytesSinceEnd = 0;
process.stdin.on("data", (chunk: Uint8Array) => {
  const end = chunk.lastIndexOf(0x0a);
  bytesSinceEnd = end === -1 ? bytesSinceEnd + chunk.length : chunk.length - end - 1;
  if (bytesSinceEnd > 4 * LINE_CHARS_MAX) process.exit(1);
});
process.stdout.on("error", () => process.exit(0));
