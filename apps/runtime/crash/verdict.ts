import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parseVerifierKey, verifyLog } from "@aura/trust";
import { dataFolder } from "../src/data-folder.ts";
import { exportedLines } from "../src/export-log.ts";
import { reportNames, withNamespace } from "./inspect.ts";
import type { CallFacts, Findings } from "./inspect.ts";

/** Everything that is wrong after a crash and a recovery, each in a sentence; nothing if all promises were kept. */
export async function faultsOf(data: string, atKill: Findings, after: Findings): Promise<readonly string[]> {
  return [
    ...statesAreClosed(after),
    ...logOnlyGrew(atKill, after),
    ...(await logVerifies(data, atKill)),
    ...(await tablesAreTheFold(data)),
    ...filesAreTheLog(data, after),
    ...finishedFilesWereNotTouched(atKill, after),
    ...sendsHadIntents(atKill, "when it died"),
    ...sendsHadIntents(after, "at the end"),
    ...sentOnce(atKill, after),
  ];
}

function statesAreClosed({ states }: Findings): readonly string[] {
  const others = [...states].filter(([, state]) => state !== "CLOSED SUCCEEDED");
  const none = states.size === 0 ? ["there is no mission"] : [];
  return [...none, ...others.map(([id, state]) => `mission ${id} is ${state}`)];
}

function logOnlyGrew(atKill: Findings, after: Findings): readonly string[] {
  const kept = atKill.leaves.every((leaf, index) => after.leaves[index] === leaf);
  return kept ? [] : ["an entry that was in the log when it died is not there any more"];
}

async function logVerifies(data: string, atKill: Findings): Promise<readonly string[]> {
  const key = parseVerifierKey(readFileSync(dataFolder(data).verifierKey, "utf8").trim());
  return withNamespace(data, async (namespace) => {
    const tree = await namespace.checkpoints.signNow();
    const since = atKill.signedNote === undefined ? [undefined] : [undefined, atKill.signedNote];
    const faults: string[] = [];
    for (const older of since) {
      const lines = withoutLineEnds(exportedLines(namespace, tree));
      const verification = await verifyLog(lines, { key, ...(older === undefined ? {} : { since: older }) });
      if (!verification.ok)
        faults.push(
          `the log does not verify${older === undefined ? "" : " against the older checkpoint"}: ${verification.reason}`,
        );
    }
    return faults;
  });
}

async function* withoutLineEnds(lines: AsyncIterable<string>): AsyncIterable<string> {
  for await (const line of lines) yield line.replace(/\n$/, "");
}

async function tablesAreTheFold(data: string): Promise<readonly string[]> {
  return withNamespace(data, async ({ store, context }) => {
    const before = await store.tables(context);
    await store.rebuild(context);
    return isDeepStrictEqual(before, await store.tables(context)) ? [] : ["the tables are not the fold of the log"];
  });
}

function filesAreTheLog(data: string, { calls, files }: Findings): readonly string[] {
  const written = calls.flatMap(({ write, end }) => (write !== undefined && end === "call.succeeded" ? [write] : []));
  const wrong = written.filter(({ path, content }) => files.find((file) => file.path === path)?.content !== content);
  const strays = reportNames(data).filter((name) => !written.some(({ path }) => path === `reports/${name}`));
  return [
    ...wrong.map(({ path }) => `${path} does not hold what the log says was written`),
    ...strays.map((name) => `reports/${name} is on the disk, and no call of the log wrote it`),
    ...(written.length === 0 ? ["no file was written"] : []),
  ];
}

/** A file that was whole when the process died, whether its log knew that already or not, stays the very file it was. */
function finishedFilesWereNotTouched(atKill: Findings, after: Findings): readonly string[] {
  const whole = atKill.files.filter(({ path, content }) =>
    atKill.calls.some(({ write }) => write?.path === path && write.content === content),
  );
  const touched = whole.filter((old) => {
    const now = after.files.find(({ path }) => path === old.path);
    return now?.ino !== old.ino || now.mtimeMs !== old.mtimeMs;
  });
  return touched.map(({ path }) => `${path} was finished when the process died, and was written again`);
}

function sendsHadIntents({ sends, calls }: Findings, when: string): readonly string[] {
  const sent = countSends(sends);
  return [...sent].flatMap(([name, count]) => {
    const intents = calls.find((call) => nameOf(call) === name)?.intents ?? 0;
    return count > intents ? [`${when}, call ${name} had left ${count} times with ${intents} intents`] : [];
  });
}

/** More than one send is only for a call that was open when the process died. */
function sentOnce(atKill: Findings, after: Findings): readonly string[] {
  const sent = countSends(after.sends);
  return after.calls.flatMap((call) => {
    const count = sent.get(nameOf(call)) ?? 0;
    const open = atKill.calls.some(
      (old) => nameOf(old) === nameOf(call) && (old.end === "call.sent" || old.end === "call.unknown"),
    );
    if (call.end === "call.denied") return count === 0 ? [] : [`denied call ${nameOf(call)} was sent`];
    if (call.end !== "call.succeeded") return [`call ${nameOf(call)} ended as ${call.end}`];
    if (count > 1 && !open && !call.wasUnknown) return [`call ${nameOf(call)} was sent ${count} times`];
    return count === 0 && !open ? [`call ${nameOf(call)} succeeded and was never sent`] : [];
  });
}

function countSends(sends: Findings["sends"]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { mission, call } of sends) counts.set(`${mission}/${call}`, (counts.get(`${mission}/${call}`) ?? 0) + 1);
  return counts;
}

function nameOf({ mission, key }: Pick<CallFacts, "mission" | "key">): string {
  return `${mission}/${key}`;
}
