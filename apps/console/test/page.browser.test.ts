import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildPage } from "./support/built-page.ts";
import { openBrowser, screenshot, SCREENSHOTS, violations, type WatchedPage, watchedPage } from "./support/chromium.ts";
import { ABANDONED, REFUND, THIEF } from "./support/closed-missions.ts";
import { CODE, FakeRuntime } from "./support/fake-runtime.ts";
import { RETRYING } from "./support/retrying-mission.ts";
import { UNDONE } from "./support/undone-mission.ts";
import { anApproval, SUPPLIER } from "./support/waiting-mission.ts";

const folder = mkdtempSync(join(tmpdir(), "aura-console-dist-"));
let browser: Browser;
let runtime: FakeRuntime;
let seen: WatchedPage;

beforeAll(async () => {
  await buildPage(folder);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
  process.stdout.write(`screenshots: ${SCREENSHOTS}\n`);
});
beforeEach(async () => {
  runtime = await FakeRuntime.start(folder);
});
afterEach(async () => {
  await seen.context.close();
  await runtime.down();
});

async function enter(options: Parameters<typeof watchedPage>[1] = {}, path = "now"): Promise<WatchedPage["page"]> {
  seen = await watchedPage(browser, options);
  await seen.page.goto(`${runtime.url}/#code=${CODE}`);
  await seen.page.getByRole("heading", { level: 1, name: "Now" }).waitFor();
  if (path !== "now") {
    await seen.page.goto(`${runtime.url}/#/${path}`);
    await seen.page.locator("h1").first().waitFor();
  }
  return seen.page;
}

describe("every screen", () => {
  const missions = [
    ["missions", "missions", "Missions"],
    ["missions-denied", "missions?show=denied", "Missions"],
    ["mission-denied", `missions/${THIEF}`, "Check the invoices"],
    ["mission-undone", `missions/${UNDONE}?call=undo.1.0`, "Pay Lindqvist"],
    ["mission-retrying", `missions/${RETRYING}?call=1.0`, "Find out"],
    ["mission-waiting", `missions/${SUPPLIER}`, "Pay the spare parts"],
    ["mission-abandoned", `missions/${ABANDONED}`, "Move every archive"],
  ] as const;
  const others = [
    ["now", "now", "Now"],
    ["approvals", "approvals", "Approvals"],
    ["log", "log", "Log"],
    ["entry", "log/12", "Entry 12"],
    ["key", "key", "Your key"],
  ] as const;
  const looks = ["light", "dark", "narrow"] as const;
  const groups = [
    { group: "missions", screens: missions },
    { group: "the others", screens: others },
  ];
  const cases = looks.flatMap((look) => groups.map((group) => ({ look, ...group })));

  it.each(cases)("is accessible, quiet and within its policy ($look, $group)", async ({ look, screens }) => {
    const narrow = look === "narrow";
    const page = await enter(narrow ? { width: 390, height: 844 } : { scheme: look });
    for (const [name, path, heading] of screens) {
      await page.goto(`${runtime.url}/#/${path}`);
      await page.getByRole("heading", { level: 1, name: heading }).waitFor();
      await page.waitForFunction(() => !document.querySelector(".pending"));
      await screenshot(page, `${name}-${look}`);
      expect(await violations(page), name).toEqual([]);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, `${name} scrolls sideways`).toBeLessThanOrEqual(narrow ? 390 : 1280);
    }
    expect(seen.complaints).toEqual([]);
  });
});

describe("logging in", () => {
  it("uses the code of the link once and takes it out of the address", async () => {
    const page = await enter();
    expect(page.url()).toBe(`${runtime.url}/#/now`);
    expect(runtime.asked).toEqual([{ method: "POST", path: "/v1/session", body: { code: CODE } }]);
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Now" }).waitFor();
    expect(seen.complaints).toEqual([]);
  });

  it.each(["light", "dark"] as const)(
    "says what to do without a session, and takes a pasted link (%s)",
    async (scheme) => {
      seen = await watchedPage(browser, { scheme });
      const { page } = seen;
      await page.goto(`${runtime.url}/#code=used-before`);
      await page.getByRole("alert").getByText("http/code_refused").waitFor();
      await screenshot(page, `login-${scheme}`);
      expect(await violations(page)).toEqual([]);
      await page.getByLabel("Link or code").fill(`${runtime.url}/#code=${CODE}`);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { level: 1, name: "Now" }).waitFor();
      const others = seen.complaints.filter((text) => !text.includes("401")); // the browser reports each refusal on the console
      expect(others).toEqual([]);
    },
  );
});

describe("a stranger", () => {
  it("sees in three clicks why a call was denied", async () => {
    const page = await enter();
    await page
      .getByRole("link", { name: /denied/ })
      .first()
      .click();
    await page.getByRole("link", { name: /Check the invoices/ }).click();
    const why = page.getByRole("region", { name: "Why it was denied" });
    expect(await why.textContent()).toContain("Money goes to payees on the supplier list and to nobody else");
    expect(await why.textContent()).toContain("only-known-payees");
    expect(await page.getByText("Northgate Holdings Ltd", { exact: true }).first().isVisible()).toBe(true);
    expect(await page.locator("dd", { hasText: /^unknown$/ }).isVisible()).toBe(true);
  });

  it("sees which call a heartbeat was missed in, and that its mission missed one", async () => {
    const page = await enter({}, "missions");
    await page.getByRole("link", { name: /which of yesterday's payments/ }).click();
    await page.getByText("one missed heartbeat", { exact: true }).waitFor();
    await page.locator("summary").getByText("missed beat", { exact: true }).waitFor();
  });
});

describe("approving", () => {
  it("is done with the keyboard alone, by a key that cannot leave the browser", async () => {
    const page = await enter({}, "key");
    await page.getByLabel(/Who are you/).fill("ada");
    await page.keyboard.press("Enter");
    await page.getByText("aura enrol --confirm K7QF-2MXD").waitFor();
    await screenshot(page, "key-pending");
    expect(await violations(page)).toEqual([]);
    runtime.confirm("K7QF-2MXD");
    await page.getByText("Enrolled. You can approve with it.").waitFor();
    await screenshot(page, "key-enrolled");
    expect(await extractable(page)).toBe(false);

    await page.goto(`${runtime.url}/#/approvals`);
    await page.getByRole("button", { name: "Approve…" }).waitFor();
    await screenshot(page, "approvals-ready");
    await tabTo(page, "Approve…");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Sign the approval" }).waitFor();
    await screenshot(page, "approvals-confirm");
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByText("Nothing waits for a person.").waitFor();
    const vote = runtime.asked.findLast(({ path }) => path.endsWith("/votes"));
    expect(vote?.body["person"]).toBe("ada");
    await screenshot(page, "approvals-empty");
    expect(seen.complaints).toEqual([]);
  });

  it("is announced when a new request comes in", async () => {
    const page = await enter();
    runtime.world.approvals.push(anApproval(Date.now(), { call: "1.2" }));
    runtime.tell(runtime.world.log.append(`mission/${SUPPLIER}/call/1.2`, "call.parked", { timeMs: Date.now() }));
    await page.getByTestId("new-approvals").getByText("New approval: invoice-clerk asks for pay.").waitFor();
  });

  it("offers nothing to sign when the text is not the one that the vote is bound to", async () => {
    const [approval] = runtime.world.approvals;
    runtime.world.approvals[0] = { ...approval!, shown: approval!.shown.replace("4812.50", "4812.51") };
    const page = await enter({}, "approvals");
    await page.getByText("Do not sign").waitFor();
    expect(await page.getByRole("button", { name: "Approve…" }).count()).toBe(0);
  });
});

describe("stopping a mission", () => {
  it("wants the agent's name typed and a reason", async () => {
    const page = await enter({}, `missions/${SUPPLIER}`);
    await page.getByRole("button", { name: "Stop…" }).click();
    const button = page.getByRole("button", { name: "Stop the mission" });
    await page.getByLabel("Reason, for the log").fill("wrong supplier");
    expect(await button.isDisabled()).toBe(true);
    await page.getByLabel(/Type invoice-clerk/).fill("invoice-clerk");
    await page.getByLabel(/Leave it as it is/).check();
    await screenshot(page, "stop");
    expect(await violations(page)).toEqual([]);
    await button.click();
    await page.getByText("Stopped").first().waitFor();
    expect(runtime.asked.at(-1)).toEqual({
      method: "POST",
      path: `/v1/missions/${SUPPLIER}/stop`,
      body: { compensation: "hold", reason: "wrong supplier" },
    });
  });
});

describe("verifying in the browser", () => {
  it("verifies the log, and shows an altered byte for what it is", async () => {
    const page = await enter({}, "log");
    await page.getByRole("button", { name: "Verify the log" }).click();
    await page.getByText("It holds.").waitFor();
    await screenshot(page, "log-verified");
    await page.getByRole("button", { name: "Flip a byte" }).click();
    await page.getByText("entry_altered").waitFor();
    await screenshot(page, "log-flipped");
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Take an entry out" }).click();
    await page.getByText("entry_dropped").waitFor();
    await page.getByRole("button", { name: "Swap two entries" }).click();
    await page.getByText("entries_reordered").waitFor();
    await page.getByRole("button", { name: "Cut off the newest" }).click();
    await page.getByText("truncated").waitFor();
    expect(seen.complaints).toEqual([]);
  });

  it("tells that the log was cut since this browser last saw it, though the key is the same", async () => {
    const page = await enter({}, "log");
    await page.getByRole("button", { name: "Verify the log" }).click();
    await page.getByText("It holds.").waitFor();
    runtime.world.log.entries = runtime.world.log.entries.slice(0, 20);
    await runtime.sign();
    await page.getByText("The log was cut").waitFor();
    await screenshot(page, "log-cut");
    await page.getByRole("button", { name: "Verify the log" }).click();
    await page.getByText("It does not hold:").waitFor();
    expect(await page.getByText("truncated").isVisible()).toBe(true);
  });

  it("tells that the log was made anew with the same key", async () => {
    const page = await enter({}, "log");
    await page.getByRole("button", { name: "Verify the log" }).click();
    await page.getByText("It holds.").waitFor();
    const { log } = runtime.world;
    const kept = log.entries;
    log.entries = [];
    for (const { entry } of kept) {
      log.append(entry.stream, entry.type, {
        timeMs: entry.timeMs + 1,
        data: entry.data,
        actor: entry.actor,
        payloads: entry.payloads,
      });
    }
    log.append("control", "late.entry", { timeMs: Date.now() });
    await runtime.sign();
    await page.getByRole("button", { name: "Verify the log" }).click();
    await page.locator("code", { hasText: "rewritten" }).waitFor();
    await screenshot(page, "log-rewritten");
  });

  it("verifies a receipt", async () => {
    const page = await enter({}, `missions/${REFUND}`);
    await page.getByRole("button", { name: "Verify it here" }).click();
    await page.getByText("It holds.").waitFor();
    await screenshot(page, "receipt");
    expect(await violations(page)).toEqual([]);
    expect(seen.complaints).toEqual([]);
  });
});

describe("when the runtime is gone", () => {
  it("says so, tries again, and goes on where the events broke off", async () => {
    const page = await enter({}, "log");
    await page.getByRole("region", { name: "Entries" }).getByRole("link").first().waitFor();
    await runtime.down();
    await page.getByText("The runtime is gone.").waitFor();
    await screenshot(page, "gone");
    expect(await violations(page)).toEqual([]);
    const missed = runtime.world.log.append("control", "while.away", { timeMs: Date.now() });
    await runtime.up();
    await page.getByText("The runtime is back").waitFor();
    await page.getByText(`process 4711 died, process 4712 took over`).waitFor();
    await page.getByRole("cell", { name: "while.away" }).waitFor();
    expect(await page.getByRole("link", { name: String(missed.seq), exact: true }).count()).toBe(1);
    await screenshot(page, "back");
  });

  it("is killed by the button of the demo", async () => {
    const page = await enter();
    await page.getByRole("button", { name: "kill -9 the runtime now" }).click();
    await page.getByText("The runtime is gone.").waitFor();
    await runtime.up();
    await page.getByText("The runtime is back").waitFor();
  });
});

async function extractable(page: WatchedPage["page"]): Promise<boolean> {
  return page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const opening = indexedDB.open("aura-console");
        opening.addEventListener("success", () => {
          const all = opening.result.transaction("approver-keys").objectStore("approver-keys").getAll();
          all.addEventListener("success", () => {
            resolve((all.result as { privateKey: CryptoKey }[]).some(({ privateKey }) => privateKey.extractable));
            opening.result.close();
          });
        });
      }),
  );
}

/** Reaches a button as somebody does who has no mouse. */
async function tabTo(page: WatchedPage["page"], name: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate(() => document.activeElement?.textContent)) === name) return;
  }
  throw new Error(`No way to ${name} with the keyboard.`);
}
