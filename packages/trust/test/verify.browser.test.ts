import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../runtimes/bundle.ts";
import { probe, type Probe } from "../runtimes/probe.ts";

let browser: Browser;

beforeAll(async () => {
  const executablePath = process.env["CHROMIUM"];
  if (executablePath === undefined) throw new Error("CHROMIUM names no browser: the test command sets it.");
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});
afterAll(() => browser.close());

/** What the module says in a page of a real browser that loads it as a page does: by its URL, under a strict policy. */
async function inPage(code: string, act: string): Promise<unknown> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  const headers = { "content-security-policy": "default-src 'none'; script-src 'self'" };
  await page.route("https://auditor.example/**", (route) =>
    route.request().url().endsWith("/module.js")
      ? route.fulfill({ contentType: "text/javascript", body: `${code}\nglobalThis.answer = (${act})();`, headers })
      : route.fulfill({
          contentType: "text/html",
          body: '<!doctype html><link rel="icon" href="data:,"><script type="module" src="module.js"></script>',
          headers: { "content-security-policy": `${headers["content-security-policy"]}; img-src data:` },
        }),
  );
  await page.goto("https://auditor.example/");
  await page.waitForFunction(() => "answer" in globalThis);
  const answer = await page.evaluate(() => (globalThis as unknown as { answer: Promise<unknown> }).answer);
  expect(complaints).toEqual([]);
  await page.close();
  return answer;
}

it("Chromium accepts the same set of signatures as Node.js, and gives the same verdicts in the same words", async () => {
  const code = await bundle(new URL("../runtimes/probe.ts", import.meta.url), "minified");
  const name = /export\{([\w$]+) as probe\}/.exec(code)?.[1];
  const here = await probe();
  const there = (await inPage(code, `async () => ${name}()`)) as Probe;
  expect(there).toEqual({ ...here, engine: "@noble/ed25519" });
  expect([here.engine, here.wrong, here.edges.wrong, here.acceptedOfGrid]).toEqual(["node:crypto", [], [], []]);
  expect([there.edges.tried, there.edges.accepted.length]).toEqual([914, 43]);
  expect(Object.values(here.verdicts).map((verdict) => verdict.split(":")[0])).toEqual([
    "ok",
    "entry_altered",
    "entry_dropped",
    "entries_reordered",
    "truncated",
    "rewritten",
    "truncated",
    "ok",
    "incomplete",
    "custody_misstated",
    "entry_altered",
  ]);
});
