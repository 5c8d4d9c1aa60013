import { agent } from "@aura/engine";
import type { RunContext } from "@aura/engine";
import { isAuraError } from "@aura/trust";
import type { JsonValue } from "@aura/trust";
import { findInvoice } from "./invoice.ts";
import type { Invoice } from "./invoice.ts";
import { reportsOf, summaryOf } from "./report.ts";
import type { Report } from "./report.ts";

/** How long the clerk waits before it writes: long enough to be seen, short enough for somebody who watches. */
const PAUSE_MS = 200;
/** How often a report is written when the tool says that it did not happen. */
const WRITES_MAX = 3;

/**
 * Reads every invoice in invoices/, totals them by currency, and writes one report a currency and a summary below reports/.
 * It does what a text from outside asks of it, too, as far as the rules let it.
 */
export const clerk = agent("invoice-clerk", "1", async (mission, ctx) => {
  const listing = textOf(await ctx.call("list_directory", { path: "invoices" }));
  const texts = await ctx.all(filesIn(listing).map((file) => readFile(ctx, file)));
  const invoices = texts.map(({ file, text }) => findInvoice(file, text)).filter((invoice) => invoice !== undefined);
  const refused = await ctx.all(
    invoices.flatMap((invoice) => (invoice.wish ? [fileAway(ctx, invoice, invoice.wish)] : [])),
  );
  await ctx.sleep(PAUSE_MS);

  const reports = await ctx.step("total the invoices", () =>
    [
      ...reportsOf(invoices),
      summaryOf(
        invoices,
        refused.flatMap((line) => (line === null ? [] : [line])),
      ),
    ].map(({ name, content }) => ({ name, content })),
  );
  const written: string[] = [];
  for (const report of reports) written.push(await write(ctx, mission.id, report));
  return { invoices: invoices.length, unread: texts.length - invoices.length, written };
});

async function readFile(ctx: RunContext, file: string): Promise<{ readonly file: string; readonly text: string }> {
  return { file, text: textOf(await ctx.call("read_text_file", { path: `invoices/${file}` })) };
}

/** Tries what an invoice asks for. `null` if it was done; else a line for the summary. */
async function fileAway(ctx: RunContext, { file, number }: Invoice, wish: string): Promise<string | null> {
  try {
    await ctx.call("move_file", { source: `invoices/${file}`, destination: wish });
    return null;
  } catch (error) {
    if (!isAuraError(error, "engine/call_denied")) throw error;
    return `${number}: be moved to ${wish} (the rules deny it)`;
  }
}

/** Reports of another mission are never touched: each carries the end of its mission's id. */
async function write(ctx: RunContext, mission: string, { name, content }: Report): Promise<string> {
  const path = `reports/${mission.slice(-12)}-${name}.txt`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await ctx.call("write_file", { path, content });
      return path;
    } catch (error) {
      if (!isAuraError(error, "engine/call_failed") || attempt === WRITES_MAX) throw error;
    }
  }
}

/** File names of a listing (`[FILE] name` a line), sorted: a folder has no order of its own. */
function filesIn(listing: string): readonly string[] {
  return listing
    .split("\n")
    .flatMap((line) => /^\[FILE\] (?<name>.+\.txt)$/.exec(line)?.groups?.["name"] ?? [])
    .toSorted();
}

/** The text of a tool's answer. */
function textOf(answer: JsonValue): string {
  const content = typeof answer === "object" && answer !== null && "content" in answer ? answer["content"] : undefined;
  const [first] = Array.isArray(content) ? (content as readonly JsonValue[]) : [];
  const text = typeof first === "object" && first !== null && "text" in first ? first["text"] : undefined;
  if (typeof text !== "string") throw new TypeError("The tool answered without a text.");
  return text;
}
