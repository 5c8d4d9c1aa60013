import { existsSync, readFileSync } from "node:fs";
import type { JsonValue } from "@aura/trust";
import { SCENES } from "./scenes.ts";
import { ledgerPath } from "./servers.ts";
import type { Place } from "./servers.ts";
import { saidPath, withoutLedgerPath } from "./without-place.ts";

/** What the story looks at in a mission; the API gives more. */
export interface ToldMission {
  readonly calls: readonly ToldCall[];
  readonly outcome: { readonly kind: string } | null;
}

export interface ToldCall {
  readonly tool: string;
  readonly state: string;
  readonly arguments: JsonValue;
  readonly decision: { readonly level: string | null; readonly rules: readonly { readonly id: string }[] } | null;
  readonly end: { readonly message: string | null } | null;
  readonly compensates: string | null;
}

/** Whom the instruction in an invoice names. */
const THIEF = "obol-trading";

/**
 * The story that `aura demo` tells. What needs the ledger or the servers is loaded when it is asked for: an agent's process
 * loads this module too, and may not.
 */
export const story = {
  scenes: SCENES,
  about: "a shop's back office. Processes, ledger, signatures and kills are real; the model follows a script.",
  next: [
    "Next, on the page:",
    "5  Killed in the middle of a payment: press Run, then kill the runtime with the button, or with kill -9 in a shell.",
    "6  The log, verified in your browser: open it, verify it, flip a byte.",
  ],
  ledger: async ({ state }: Pick<Place, "state">) => (await import("./payments/ledger.ts")).ledgerOf(ledgerPath(state)),
  without: {
    play: async (place: Place) => void (await (await import("./without-aura.ts")).runWithoutAura(place)),
    view: async ({ state }: Pick<Place, "state">) => {
      const said = saidPath(state);
      if (!existsSync(said)) return undefined;
      const { ledgerOf } = await import("./payments/ledger.ts");
      return {
        said: JSON.parse(readFileSync(said, "utf8")) as readonly string[],
        ledger: ledgerOf(withoutLedgerPath(state)).map((row) =>
          row.payee === THIEF ? { ...row, note: "the thief" } : row,
        ),
      };
    },
  },
  tell: tellMission,
};

/** What became of a mission's money, a line each. Pure. */
export function tellMission({ calls, outcome }: ToldMission): readonly string[] {
  const effects = calls.filter(({ tool, compensates }) => ["pay", "write_file"].includes(tool) && compensates === null);
  const paid = effects.filter(({ tool, state }) => tool === "pay" && state === "succeeded");
  const lines = effects.flatMap((call) => tellCall(call));
  const undone = calls.filter(({ compensates, state }) => compensates !== null && state === "succeeded");
  return [
    ...lines,
    ...(paid.length === 0 ? [] : [`Paid: ${paid.map(amountOf).join(", ")}.`]),
    ...(undone.length === 0
      ? []
      : [`Undone, newest first: ${undone.map(({ tool }) => UNDOING[tool] ?? tool).join(", then ")}.`]),
    ...(outcome === null ? [] : [`The mission ended ${outcome.kind}.`]),
  ];
}

const UNDOING: Readonly<Record<string, string>> = {
  refund: "the payment was refunded",
  move_file: "the report was put aside",
};

function tellCall(call: ToldCall): readonly string[] {
  const rules = call.decision?.rules.map(({ id }) => id).join(" and ") ?? "";
  switch (call.state) {
    case "denied":
      return [`DENIED by ${rules || "silence"}: ${actionOf(call)}.`];
    case "parked":
      return [`Waits for a person (${call.decision?.level ?? "L4"}, by ${rules}): ${actionOf(call)}.`];
    case "failed":
      return [`Failed: ${actionOf(call)}. ${call.end?.message ?? ""}`.trimEnd()];
    case "sent":
      return [`On its way: ${actionOf(call)}.`];
    default:
      return [];
  }
}

function actionOf(call: ToldCall): string {
  if (call.tool !== "pay") return `${call.tool} ${textOf(call, "path")}`;
  return `pay ${amountOf(call)} to ${textOf(call, "payee")}`;
}

function amountOf(call: ToldCall): string {
  return `${textOf(call, "amount")} ${textOf(call, "currency")}`;
}

function textOf({ arguments: args }: ToldCall, name: string): string {
  const value = (args as { readonly [name: string]: JsonValue } | null)?.[name];
  return typeof value === "string" ? value : "?";
}
