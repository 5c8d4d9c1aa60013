import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ledgerOf } from "../src/back-office/payments/ledger.ts";
import type { LedgerRow } from "../src/back-office/payments/ledger.ts";
import { ledgerPath } from "../src/back-office/servers.ts";
import { command, startDemo } from "./support/running-demo.ts";
import type { DemoLine, RunningDemo } from "./support/running-demo.ts";

const AURA = "apps/runtime/src/cli/main.ts";
const ALTERED_VOTE = "apps/demo/src/altered-vote.ts";
/** Where the pictures go, for people to look at. */
const SCREENSHOTS = process.env["AURA_SCREENSHOTS"] ?? mkdtempSync(join(tmpdir(), "aura-story-"));

const folder = mkdtempSync(join(tmpdir(), "aura-demo-"));
const data = join(folder, "demo");
let demo: RunningDemo;
let browser: Browser;
let page: Page;
let url: string;

/** One demo and one browser for the whole story, as a person has it: the scenes build on one another. */
beforeAll(async () => {
  demo = startDemo(data, ["--port", "0"]);
  const { runtime } = await demo.line(({ runtime: ready }) => ready !== undefined);
  url = runtime?.url ?? "";
  browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "", args: ["--no-sandbox"] });
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: "reduce" });
  page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(runtime?.page ?? "");
  await page.getByRole("heading", { level: 1, name: "Now" }).waitFor();
  await demo.line(({ played }) => played !== undefined);
});
afterAll(async () => {
  await browser.close();
  await demo.end();
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`screenshots: ${SCREENSHOTS}\n`);
});

async function open(screen: string, heading: string | RegExp): Promise<void> {
  await page.goto(`${url}/#/${screen}`);
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
}

async function picture(name: string): Promise<void> {
  await page.waitForFunction("document.querySelector('.pending') === null");
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

function ledger(): readonly LedgerRow[] {
  return ledgerOf(ledgerPath(join(data, "state")));
}

function scene(n: number) {
  return page.locator(".scene").nth(n - 1);
}

describe("scene 1, without AURA", () => {
  it("pays the thief, and the report says nothing of it", async () => {
    await open("now", "Now");
    await scene(1).getByText("pay 4800.00 EUR to obol-trading: done").waitFor();
    await scene(1).getByText("5 of 5 invoices are paid").waitFor();
    const without = page.getByRole("table", { name: "The ledger without AURA" });
    expect(await without.getByRole("row", { name: /payment obol-trading the thief 4800\.00 EUR/ }).count()).toBe(1);
    await picture("1-without-aura");
  });
});

describe("scene 2, the same with AURA", () => {
  it("denies the thief by named rules, two clicks from the first page", async () => {
    await open("now", "Now");
    await page
      .getByRole("link", { name: /denied/ })
      .first()
      .click();
    await page.getByRole("link", { name: /Pay the open invoices in invoices\/week/ }).click();
    const why = page.getByRole("region", { name: "Why it was denied" });
    await why.getByText("pay-only-known-suppliers").waitFor();
    await picture("2-denied-mission");
    const call = page.locator("details", { has: page.locator("summary", { hasText: "obol-trading" }) });
    // The refused call stands open: what was asked, the rules and their facts are there without a third click.
    await call.getByText("pay-to-the-account-on-file").waitFor();
    await call.getByText("4800.00", { exact: true }).waitFor();
    await call.getByText("Facts the rules were asked with").waitFor();
    expect(ledger().filter(({ payee }) => payee === "obol-trading")).toEqual([]);
  });
});

describe("scene 3, a person approves", () => {
  it("is asked for by a rule, and nothing is paid before somebody signs", async () => {
    const { approval = "" } = await demo.line((line) => line.scene === 3 && line.approval !== undefined);
    await open(`approvals/${approval}`, "Approvals");
    await page.getByText("6800.00", { exact: true }).waitFor();
    await page.getByText("Ines Ferrer").waitFor();
    await picture("3-waits");
    expect(ledger().filter(({ payee }) => payee === "huber-maschinen")).toEqual([]);
  });

  it("refuses the same vote with one digit changed, sent by the command", async () => {
    const { approval = "" } = await demo.line((line) => line.scene === 3 && line.approval !== undefined);
    const { exitCode, text } = await command(ALTERED_VOTE, [approval, "--data", data]);
    expect(text).toContain("Signed for:   7800.00, by ines");
    expect(text).toContain("409 mission/vote_mismatch");
    expect(exitCode).toBe(0);
  });

  it("enrols a key that cannot leave the browser with `aura enrol`", async () => {
    await open("key", "Your key");
    await page.getByLabel(/Who are you/).fill("ines");
    await page.getByRole("button", { name: "Make a key" }).click();
    const shown = page.getByText(/aura enrol --confirm/);
    await shown.waitFor();
    await picture("3-key-waits");
    const code = /--confirm (\S+)/.exec((await shown.textContent()) ?? "")?.[1] ?? "";
    const enrolled = await command(AURA, ["enrol", "--confirm", code, "--yes", "--data", data]);
    expect(enrolled.text).toContain("votes for person ines from now on");
    await page.getByText("Enrolled. You can approve with it.").waitFor();
    await picture("3-key-enrolled");
  });

  it("refuses the altered vote of that key too, then takes the true one, and pays", async () => {
    await open("approvals", "Approvals");
    await page.getByRole("button", { name: "Send a vote for 7800.00" }).click();
    await page.getByText("mission/vote_mismatch").waitFor();
    await picture("3-altered-vote-refused");
    await page.getByRole("button", { name: "Approve…" }).click();
    await page.getByRole("button", { name: "Sign the approval" }).click();
    await page.getByText("Nothing waits for a person.").waitFor();
    await demo.line(isEntry("mission.sealed", missionOf(await lastLook(3))));
    expect(ledger().filter(({ payee }) => payee === "huber-maschinen")).toHaveLength(1);
    await open("now", "Now");
    await scene(3).getByText("Paid: 6800.00 EUR.").waitFor();
    await picture("3-paid");
  });

  it("takes `aura approve` as well, with the key file of somebody who has a seat", async () => {
    const before = demo.said();
    await scene(3)
      .getByRole("button", { name: /^Run again/ })
      .click();
    const { approval = "", mission } = await demo.line(
      (line) => line.scene === 3 && line.approval !== undefined,
      before,
    );
    const { exitCode, text } = await command(AURA, ["approve", approval, "--yes", "--data", data]);
    expect(text).toContain('Argument: "amount" = "6800.00"');
    expect(text).toMatch(/You answer as ines, with the key .*people\/ines\.key/);
    expect([exitCode, text]).toEqual([0, expect.stringContaining("Approved: it goes on.")]);
    expect(statSync(join(`${data}.root`, "people", "ines.key")).mode & 0o077).toBe(0);
    await demo.line(isEntry("mission.sealed", `mission/${mission ?? ""}`), before);
    expect(ledger().filter(({ payee }) => payee === "huber-maschinen")).toHaveLength(2);
  });
});

describe("scene 4, a third step fails", () => {
  it("undoes what was done in reverse, on the mission's page and in the ledger", async () => {
    const { mission = "" } = await lastLook(4);
    await open(`missions/${mission}`, /Write the remittance advice/);
    const types = await page.locator(".timeline tbody tr").allTextContents();
    const undone = types.filter((row) => /call\.succeeded/.test(row) && row.includes("undo."));
    expect(undone).toHaveLength(2);
    expect(undone[0]).toMatch(/refund|back from/);
    expect(undone[1]).toMatch(/undo\.\S+ .*[Mm]oved/);
    await picture("4-undone");
    expect(
      ledger()
        .filter(({ reference }) => reference === "AP-4533")
        .map(({ kind }) => kind),
    ).toEqual(["payment", "refund"]);
    await open("now", "Now");
    await page.getByRole("table", { name: "The ledger with AURA" }).getByText("refund").waitFor();
    await picture("4-ledger");
  });
});

describe("scene 5, killed in the middle of a payment", () => {
  it("survives the button: the page says it is gone, and each payment is in the ledger once", async () => {
    const mission = await playExpress();
    const before = demo.said();
    await page.getByRole("button", { name: "kill -9 the runtime now" }).click();
    await page.getByText("The runtime is gone.").waitFor();
    await picture("5-gone");
    expect(await demo.line(({ died }) => died !== undefined, before)).toMatchObject({ died: { signal: "SIGKILL" } });
    await page.getByText("The runtime is back").waitFor();
    await picture("5-back");
    await demo.line(isEntry("mission.sealed", mission), before);
    expectExpressPaidOnce(1);
  });

  it("survives kill -9 from outside", async () => {
    const mission = await playExpress();
    const before = demo.said();
    process.kill(await pidOnThePage(), "SIGKILL");
    await page.getByText("The runtime is gone.").waitFor();
    await page.getByText("The runtime is back").waitFor();
    await demo.line(isEntry("mission.sealed", mission), before);
    expectExpressPaidOnce(2);
    await page.getByText("Paid: 540.00 EUR, 310.00 EUR, 86.40 EUR, 720.00 EUR, 145.50 EUR.").waitFor();
    await picture("5-once");
  });

  /** Runs the scene on the page, up to the moment at which a payment is on its way. Answers the mission's stream. */
  async function playExpress(): Promise<string> {
    await open("now", "Now");
    const before = demo.said();
    await scene(5).getByRole("button", { name: /^Run/ }).click();
    const { entry } = await demo.line(
      (line) => line.entry?.type === "call.sent" && line.entry.data.tool === "pay",
      before,
    );
    return (entry?.stream ?? "").split("/").slice(0, 2).join("/");
  }

  function expectExpressPaidOnce(times: number): void {
    const rows = ledger().filter(({ payee }) => payee === "kanal-logistik");
    expect(rows).toHaveLength(5 * times);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(5 * times);
  }

  async function pidOnThePage(): Promise<number> {
    const text = (await page.getByText(/^pid \d+$/).textContent()) ?? "";
    return Number(text.replace("pid ", ""));
  }
});

describe("scene 6, the log", () => {
  it("is verified in the browser, and a flipped byte is found", async () => {
    await open("now", "Now");
    await scene(6).getByRole("link", { name: "Open the log" }).click();
    await page.getByRole("button", { name: "Verify the log" }).click();
    await page.getByText("It holds.").waitFor();
    await picture("6-verified");
    await page.getByRole("button", { name: "Flip a byte" }).click();
    await page.getByText("entry_altered").waitFor();
    await picture("6-flipped");
  });
});

describe("a demo that is there already", () => {
  it("is not founded or played again: it goes on where it stopped, with the same ledger", async () => {
    const paid = ledger().length;
    expect(await demo.end()).toBe(0);
    expect(demo.errors().replace(/^Building the page\.\.\.\n/, "")).toBe("");
    demo = startDemo(data, ["--port", "0"]);
    const { runtime } = await demo.line((line) => line.runtime !== undefined);
    await page.goto(runtime?.page ?? "");
    await page.getByRole("heading", { level: 1, name: "Now" }).waitFor();
    await scene(2).getByText("DENIED by pay-only-known-suppliers and pay-to-the-account-on-file").waitFor();
    expect(ledger()).toHaveLength(paid);
    await picture("7-again");
  });
});

function isEntry(type: string, stream: string): (line: DemoLine) => boolean {
  return ({ entry }) => entry?.type === type && entry.stream === stream;
}

function missionOf({ mission = "" }: DemoLine): string {
  return `mission/${mission}`;
}

/** What the demo said at the end of a scene. */
function lastLook(n: number): Promise<DemoLine> {
  return demo.line((line) => line.scene === n && line.mission !== undefined);
}
