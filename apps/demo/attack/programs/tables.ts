import { identityIn, openLog } from "../copied-log.ts";
import type { Program } from "../program.ts";

/** `tables FOLDER`: holds the tables of a log against the log itself, and builds them anew from it. 1 if they said something else. */
export const tables: Program = async ([folder = ""], { say }) => {
  if (folder === "") throw new Error("Write: tables FOLDER");
  const context = { namespace: identityIn(folder).namespace };
  const store = await openLog(folder);
  try {
    const stood = linesOf(await store.tables(context));
    await store.rebuild(context);
    const rebuilt = linesOf(await store.tables(context));
    const wrong =
      [...stood].filter((line) => !rebuilt.has(line)).length + [...rebuilt].filter((line) => !stood.has(line)).length;
    say(
      wrong === 0
        ? "The tables say what the log says."
        : "The tables said something else than the log; they are built anew from it.",
    );
    for (const line of rebuilt) if (!stood.has(line)) say(`   by the log: ${line}`);
    return wrong === 0 ? 0 : 1;
  } finally {
    await store.close();
  }
};

function linesOf({
  rows,
  counters,
}: {
  readonly rows: readonly unknown[];
  readonly counters: readonly unknown[];
}): ReadonlySet<string> {
  return new Set([...rows, ...counters].map((one) => JSON.stringify(one)));
}
