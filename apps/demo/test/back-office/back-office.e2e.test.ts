import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ledgerPath } from "../../src/back-office/servers.ts";
import { ledgerOf } from "../../src/back-office/payments/ledger.ts";
import type { LedgerRow } from "../../src/back-office/payments/ledger.ts";

const CLI = fileURLToPath(import.meta.resolve("@aura/runtime")).replace(/index\.ts$/, "cli/main.ts");
const APPLICATION = fileURLToPath(new URL("../..", import.meta.url));
/** Some mission waits for people or tools. */
const EXIT_WAITING = 8;

const ARGS = (data: string) => [
  "--conditions=@aura/source",
  CLI,
  "demo",
  "--app",
  APPLICATION,
  "--data",
  data,
  "--until-idle",
];
const ENV = { PATH: process.env["PATH"], NO_COLOR: "1" };

const folder = mkdtempSync(join(tmpdir(), "aura-back-office-"));
const data = join(folder, "data");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Told {
  readonly text: string;
  readonly exitCode: number | null;
  readonly ledger: readonly LedgerRow[];
}

/** The real command on the real application, with real servers, until every mission rests. */
function runBackOffice(data: string): Told {
  const { stdout, stderr, status } = spawnSync(process.execPath, ARGS(data), {
    encoding: "utf8",
    env: ENV,
    timeout: 110_000,
  });
  return { text: `${stdout}${stderr}`, exitCode: status, ledger: ledgerOf(ledgerPath(join(data, "state"))) };
}

/** The same, killed as soon as it has said `line`. */
async function killBackOffice(data: string, line: RegExp): Promise<string> {
  const child = spawn(process.execPath, ARGS(data), { env: ENV, stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if (line.test(text)) child.kill("SIGKILL");
  });
  await new Promise((resolve) => child.once("exit", resolve));
  expect(child.signalCode, text).toBe("SIGKILL");
  return text;
}

describe("the back office under AURA", () => {
  let told: Told;
  beforeAll(() => {
    told = runBackOffice(data);
  });
  const paymentsTo = (payee: string) => told.ledger.filter((row) => row.payee === payee);

  it("denies the thief by a named rule, and pays the week's invoices", () => {
    expect(told.text).toMatch(/pay +DENY by pay-only-known-suppliers, pay-to-the-account-on-file, not sent/);
    expect(paymentsTo("obol-trading")).toEqual([]);
    expect(told.ledger.map(({ reference }) => reference)).toEqual(
      expect.arrayContaining(["AP-4471", "AP-4502", "KI-0088", "NW-1187", "NW-1204", "KL-20931"]),
    );
  });

  it("leaves a payment above the limit to a person of L2, and pays nothing of it", () => {
    expect(told.text).toMatch(/pay +ESCALATE by large-payments-need-a-person +waits for L2/);
    expect(paymentsTo("huber-maschinen")).toEqual([]);
    expect(told.exitCode, told.text).toBe(EXIT_WAITING);
  });

  it("undoes in reverse what a mission did whose third step failed, and the ledger shows it", () => {
    const refund = told.text.indexOf("refund          PERMIT by undo-payments");
    const move = told.text.indexOf("move_file       PERMIT by undo-reports");
    expect(refund).toBeGreaterThan(0);
    expect(move).toBeGreaterThan(refund);
    const rows = told.ledger.filter(({ reference }) => reference === "AP-4533");
    expect(rows.map(({ kind, amount }) => `${kind} ${amount}`)).toEqual(["payment 190.00", "refund 190.00"]);
    expect(paymentsTo("altstadt-druck")).toEqual([]);
    expect(readdirSync(join(data, "files/undone/reports")).filter((name) => name.endsWith("-advice.txt"))).toHaveLength(
      1,
    );
    expect(readdirSync(join(data, "files/reports")).filter((name) => name.endsWith("-advice.txt"))).toEqual([]);
  });

  it("books one row a key", () => {
    const keys = told.ledger.map(({ kind, key }) => `${kind} ${key}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("leaves no secret of a server in the log or in what it says", () => {
    expect(existsSync(join(data, "upstreams.key"))).toBe(true);
    expect(told.text).not.toMatch(/PAYMENTS_SECRET|SCRIPTED_MODEL_KEY|Bearer/);
  });
});

describe("a back office that is killed in the middle of a payment", () => {
  it("pays it once when it is started again, and comes to the same end", { timeout: 240_000 }, async () => {
    const data = join(folder, "killed");
    await killBackOffice(data, / pay +PERMIT by pay-suppliers +amount 540\.00/);
    const told = runBackOffice(data);
    expect(told.exitCode, told.text).toBe(EXIT_WAITING);
    const rows = told.ledger.map(({ kind, reference }) => `${kind} ${reference}`);
    expect(rows.toSorted()).toEqual(
      [
        "AP-4471",
        "AP-4502",
        "AP-4533",
        "KI-0088",
        "KL-20931",
        "KL-20932",
        "KL-20933",
        "KL-20934",
        "KL-20935",
        "NW-1187",
        "NW-1204",
      ]
        .map((reference) => `payment ${reference}`)
        .concat("refund AP-4533"),
    );
  });
});
