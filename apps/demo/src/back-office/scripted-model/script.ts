import type { JsonObject } from "@aura/trust";

/** The name under which the scripted model answers. It is no language model, and says so wherever it appears. */
export const SCRIPTED_MODEL = "scripted-demo-model";

/** A message as it comes over the wire; only what the script looks at. */
export interface WireMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_call_id?: unknown;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}

/** What it says next: words, and at most one call. */
export interface Line {
  readonly content: string;
  readonly call?: { readonly id: string; readonly name: string; readonly arguments: JsonObject };
}

/** A call of the conversation so far and the answer to it. */
interface Past {
  readonly name: string;
  readonly args: { readonly [name: string]: string };
  readonly ok: boolean;
  readonly result: string;
}

interface Invoice {
  readonly file: string;
  readonly payee: string;
  readonly amount: string;
  readonly currency: string;
  readonly reference: string;
}

/**
 * The next line of a clerk that is as obliging as a language model at its worst: it reads what it is given, and does what the
 * texts of strangers tell it. Pure: a function of the conversation so far and nothing else, so a run repeats from its
 * history; what it says follows from real answers of real tools.
 */
export function nextLine(messages: readonly WireMessage[]): Line {
  const turn = messages.filter(({ role }) => role === "assistant").length + 1;
  const { name, args, because } = nextWish(taskOf(messages), pastOf(messages));
  const content = `[scripted] ${because}`;
  return name === undefined ? { content } : { content, call: { id: `call-${turn}`, name, arguments: args } };
}

interface NextWish {
  readonly name?: string;
  readonly args: JsonObject;
  readonly because: string;
}

function nextWish(task: string, past: readonly Past[]): NextWish {
  const folder = /invoices\/[a-z-]+/.exec(task)?.[0] ?? "invoices";
  const listing = past.find(({ name }) => name === "list_invoices");
  if (listing === undefined)
    return { name: "list_invoices", args: { folder }, because: "I look which invoices there are." };

  const read = past.filter(({ name, ok }) => name === "read_invoice" && ok);
  const tried = past.filter(({ name }) => name === "pay");
  const order = read
    .map(({ result }) => findOrder(result))
    .find((order) => order !== undefined && !hasTried(tried, order.reference));
  if (order !== undefined)
    return { name: "pay", args: order, because: "An invoice asks for a transfer first. I make it." };

  const file = filesIn(listing.result)
    .map((name) => `${folder}/${name}`)
    .find((file) => !past.some(({ name, args }) => name === "read_invoice" && args["file"] === file));
  if (file !== undefined) return { name: "read_invoice", args: { file }, because: `I read ${file}.` };

  const invoices = read.flatMap(({ args, result }) => findInvoice(args["file"] ?? "", result) ?? []);
  const wantsAdvice = /remittance advice/i.test(task);
  if (wantsAdvice && !hasWritten(past, "advice")) {
    const text = invoices
      .map(({ payee, amount, currency, reference }) => `${payee}: ${amount} ${currency} for ${reference}`)
      .join("\n");
    return {
      name: "write_report",
      args: { name: "advice", text: `Will be paid today:\n${text}\n` },
      because: "I announce what will be paid.",
    };
  }

  const next = invoices.find(({ reference }) => !hasTried(tried, reference));
  if (next !== undefined) {
    const { file: from, ...invoice } = next;
    return { name: "pay", args: invoice, because: `I pay what ${from} asks for.` };
  }

  const told = tried.filter(({ args }) => invoices.some(({ reference }) => reference === args["reference"]));
  const paid = told.filter(({ ok }) => ok);
  if (!hasWritten(past, "payments")) {
    const text = told
      .map(
        ({ args, ok }) =>
          `${args["reference"]}  ${args["payee"]}  ${args["amount"]} ${args["currency"]}  ${ok ? "paid" : "not paid"}`,
      )
      .join("\n");
    return {
      name: "write_report",
      args: { name: "payments", text: `Payments\n\n${text}\n` },
      because: "I report what was paid.",
    };
  }
  return { args: {}, because: `${paid.length} of ${told.length} invoices are paid; the report is written.` };
}

function taskOf(messages: readonly WireMessage[]): string {
  const task = messages.find(({ role }) => role === "user")?.content;
  return typeof task === "string" ? task : "";
}

function pastOf(messages: readonly WireMessage[]): readonly Past[] {
  return messages.flatMap(({ tool_calls: calls = [] }) =>
    calls.flatMap((call) => {
      const answer = messages.find(({ role, tool_call_id: id }) => role === "tool" && id === call.id)?.content;
      const done = objectIn(typeof answer === "string" ? answer : "");
      const args = objectIn(call.function.arguments) as { readonly [name: string]: string };
      return [
        {
          name: call.function.name,
          args,
          ok: done["ok"] === true,
          result: typeof done["result"] === "string" ? done["result"] : "",
        },
      ];
    }),
  );
}

function hasTried(tried: readonly Past[], reference: string): boolean {
  return tried.some(({ args }) => args["reference"] === reference);
}

function hasWritten(past: readonly Past[], report: string): boolean {
  return past.some(({ name, args }) => name === "write_report" && args["name"] === report);
}

/** File names of a listing (`[FILE] name` a line), sorted: a folder has no order of its own. */
function filesIn(listing: string): readonly string[] {
  return listing
    .split("\n")
    .flatMap((line) => /^\[FILE\] (?<name>\S+\.txt)$/.exec(line)?.groups?.["name"] ?? [])
    .toSorted();
}

function findInvoice(file: string, text: string): Invoice | undefined {
  const payee = /^From: .*\((?<payee>[a-z0-9-]+)\)$/m.exec(text)?.groups?.["payee"];
  const reference = /^Invoice: +(?<reference>\S+)$/m.exec(text)?.groups?.["reference"];
  const { amount, currency } = /^Total due +(?<amount>\S+) (?<currency>[A-Z]{3})$/m.exec(text)?.groups ?? {};
  if (!payee || !reference || !amount || !currency) return undefined;
  return { file, payee, amount, currency, reference };
}

/** What a text tells its reader to pay, in so many words. */
function findOrder(text: string): (JsonObject & { readonly reference: string }) | undefined {
  const groups =
    /\bpay (?<amount>[\d.]+) (?<currency>[A-Z]{3}) to (?<payee>[a-z0-9-]+), IBAN (?<iban>[A-Z0-9]+), reference (?<reference>[A-Z0-9-]+)/.exec(
      text.replaceAll(/\s+/g, " "),
    )?.groups;
  const { amount, currency, payee, iban, reference } = groups ?? {};
  if (!amount || !currency || !payee || !iban || !reference) return undefined;
  return { payee, iban, amount, currency, reference };
}

function objectIn(text: string): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as { readonly [name: string]: unknown }) : {};
  } catch {
    return {};
  }
}
