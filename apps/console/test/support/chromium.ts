import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

export type Scheme = "light" | "dark";

export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"];
  if (executablePath === undefined) throw new Error("CHROMIUM names no browser: the test command sets it.");
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

/** A page that writes down every error, every line on the console and every violation of its policy. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: string[];
}

export async function watchedPage(
  browser: Browser,
  { scheme = "light", width = 1280, height = 860 }: { scheme?: Scheme; width?: number; height?: number } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height },
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  await page.exposeFunction("complain", (text: string) => complaints.push(text));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      (globalThis as unknown as { complain(text: string): void }).complain(
        `policy: ${event.violatedDirective} ${event.blockedURI}`,
      );
    });
  });
  return { page, context, complaints };
}

/** Where the pictures go, for people to look at. */
export const SCREENSHOTS = process.env["AURA_SCREENSHOTS"] ?? mkdtempSync(join(tmpdir(), "aura-console-"));

export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

/** What axe-core finds against WCAG 2.2 AA and its best practices: one line a violation. */
export async function violations(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const results = await axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return results.violations.map(({ id, nodes }) => ({
      id,
      at: nodes.map(({ target, failureSummary }) => `${String(target)} ${failureSummary ?? ""}`),
    }));
  });
  return found.map(({ id, at }) => `${id}: ${at.join(" | ")}`);
}
