import { receiptFaults, reportNames, withNamespace } from "./inspect.ts";
import type { CallFacts, Findings } from "./inspect.ts";
import { logFaults, tableFaults } from "./log-verdict.ts";
import { moneyFaults } from "./money-verdict.ts";

/** What a trial left, beside what an undisturbed run comes to. */
export interface Evidence {
  readonly calm: Findings;
  /** What was there each time it died, in order. */
  readonly deaths: readonly Findings[];
  readonly after: Findings;
}

/** Everything that is wrong after the crashes and the recovery, each in a sentence; nothing if all promises were kept. */
export async function faultsOf(data: string, evidence: Evidence): Promise<readonly string[]> {
  const notes = evidence.deaths.map(({ signedNote }) => signedNote).filter((note) => note !== undefined);
  return [
    ...promisesBroken(evidence),
    ...strayReports(data, evidence.after),
    ...(await withNamespace(data, async (namespace) => [
      ...(await logFaults(namespace, data, [...new Set(notes)])),
      ...(await tableFaults(namespace)),
    ])),
    ...(await receiptFaults(data, evidence.after.missions)),
  ];
}

/** What is wrong by the findings alone. Pure. */
export function promisesBroken({ calm, deaths, after }: Evidence): readonly string[] {
  return [
    ...sameEnds(calm, after),
    ...moneyFaults(calm, after),
    ...deaths.flatMap((death) => logOnlyGrew(death, after)),
    ...filesAreTheLog(after),
    ...deaths.flatMap((death) => finishedFilesWereNotTouched(death, after)),
    ...deaths.flatMap((death) => sendsHadIntents(death, "when it died")),
    ...sendsHadIntents(after, "at the end"),
    ...sentOnce(deaths, after),
    ...sameCalls(calm, after),
    ...votesUsedOnce(deaths, after),
  ];
}

/** One mission for each of the undisturbed run, CLOSED with the same outcome. */
function sameEnds(calm: Findings, after: Findings): readonly string[] {
  const wanted = calm.missions.filter(({ state }) => !state.startsWith("CLOSED"));
  const others = calm.missions.flatMap(({ objective, state }) => {
    const found = after.missions.filter((mission) => mission.objective === objective);
    if (found.length !== 1) return [`there are ${found.length} missions "${objective}"`];
    return found[0]?.state === state ? [] : [`mission ${found[0]?.id} is ${found[0]?.state}, not ${state}`];
  });
  const more = after.missions.length - calm.missions.length;
  return [
    ...wanted.map(({ id, state }) => `undisturbed, mission ${id} is ${state}`),
    ...others,
    ...(more > 0 ? [`there are ${more} missions too many`] : []),
  ];
}

function logOnlyGrew(death: Findings, after: Findings): readonly string[] {
  const kept = death.leaves.every((leaf, index) => after.leaves[index] === leaf);
  return kept ? [] : ["an entry that was in the log when it died is not there any more"];
}

/** A file stands where it was written, or aside if its call was undone, and nowhere else. */
function filesAreTheLog({ calls, files }: Findings): readonly string[] {
  const written = calls.filter(({ tool, end }) => tool === "write_file" && end === "call.succeeded");
  const wrong = written.flatMap((call) => {
    const { path = null, content } = call.arguments;
    const undone = calls.some(
      ({ mission, key, end }) => mission === call.mission && undoneBy(key) === call.key && end === "call.succeeded",
    );
    const found = files.filter((file) => file.path === path);
    const isRight = found.length === 1 && found[0]?.undone === undone && found[0].content === content;
    return isRight
      ? []
      : [`${JSON.stringify(path)} does not stand as the log says it was written${undone ? " and undone" : ""}`];
  });
  return [...wrong, ...(written.length === 0 ? ["no file was written"] : [])];
}

function strayReports(data: string, { calls }: Findings): readonly string[] {
  const written = calls.filter(({ tool, end }) => tool === "write_file" && end === "call.succeeded");
  return reportNames(data)
    .filter((name) => !written.some(({ arguments: args }) => args["path"] === `reports/${name}`))
    .map((name) => `reports/${name} is on the disk, and no call of the log wrote it`);
}

/** A file that was whole when the process died, whether its log knew that already or not, stays the very file it was. */
function finishedFilesWereNotTouched(death: Findings, after: Findings): readonly string[] {
  const whole = death.files.filter(({ path, content }) =>
    death.calls.some(({ arguments: args }) => args["path"] === path && args["content"] === content),
  );
  const touched = whole.filter((old) => {
    const now = after.files.find(({ path }) => path === old.path);
    return now?.ino !== old.ino || now.mtimeMs !== old.mtimeMs;
  });
  return touched.map(({ path }) => `${path} was finished when the process died, and was written again`);
}

function sendsHadIntents({ sends, calls }: Findings, when: string): readonly string[] {
  return [...countSends(sends)].flatMap(([name, count]) => {
    const intents = calls.find((call) => nameOf(call) === name)?.intents ?? 0;
    return count > intents ? [`${when}, call ${name} had left ${count} times with ${intents} intents`] : [];
  });
}

/** More than one send is only for a call that was open when the process died, or whose attempt was answered by nobody. */
function sentOnce(deaths: readonly Findings[], { calls, sends }: Findings): readonly string[] {
  const sent = countSends(sends);
  return calls.flatMap((call) => {
    const count = sent.get(nameOf(call)) ?? 0;
    const open = deathsWhileOpen(deaths, call);
    if (call.end === "call.denied") return count === 0 ? [] : [`denied call ${nameOf(call)} was sent`];
    if (call.end !== "call.succeeded" && call.end !== "call.failed")
      return [`call ${nameOf(call)} ended as ${call.end}`];
    if (count > 1 + open + call.unknowns + call.retries) return [`call ${nameOf(call)} was sent ${count} times`];
    return count === 0 && open === 0 ? [`call ${nameOf(call)} ended as ${call.end} and was never sent`] : [];
  });
}

/** How often the process died while the call had left, or might have, and nobody had noted an answer. */
function deathsWhileOpen(deaths: readonly Findings[], call: CallFacts): number {
  const isOpen = ({ end }: CallFacts): boolean => end === "call.sent" || end === "call.unknown";
  return deaths.filter(({ calls }) => calls.some((old) => nameOf(old) === nameOf(call) && isOpen(old))).length;
}

/** What was asked of tools that change something, and how it ended, is what it is undisturbed. */
function sameCalls(calm: Findings, after: Findings): readonly string[] {
  const [wanted, found] = [calm, after].map((findings) => effectsOf(findings));
  const faults = (wanted ?? []).filter((name) => !(found ?? []).includes(name)).map((name) => `nobody did: ${name}`);
  const more = (found ?? []).filter((name) => !(wanted ?? []).includes(name)).map((name) => `done besides: ${name}`);
  return [...faults, ...more];
}

function effectsOf({ calls, missions }: Findings): readonly string[] {
  return calls
    .filter(({ tool }) => ["pay", "refund", "move_file", "write_file"].includes(tool))
    .filter(({ mission, key, end }) => !(end === "call.failed" && isTriedAgain(calls, mission, key)))
    .map(({ mission, tool, key: called, end }) => {
      const undone = undoneBy(called);
      const key = undone === undefined ? called : `undo.${undone}`;
      const objective = missions.find(({ id }) => id === mission)?.objective ?? "";
      return `${tool} as ${key} ended as ${end} in "${objective}"`;
    });
}

/** The key of the call that this one undoes: `undo.1.8`, or `undo-2.1.8` after a person had it tried again. */
function undoneBy(key: string): string | undefined {
  return /^undo(?:-\d+)?\.(?<undone>.+)$/.exec(key)?.groups?.["undone"];
}

function isTriedAgain(calls: readonly CallFacts[], mission: string, key: string): boolean {
  const undone = undoneBy(key);
  const same = calls.filter((call) => call.mission === mission && undoneBy(call.key) === undone);
  return undone !== undefined && same.length > 1 && same.some(({ end }) => end === "call.succeeded");
}

/**
 * One vote a person, each used by the call it was cast for, and by one intent unless that one's outcome was unknown or the
 * process died with it open: a repeatable call is then sent again under the same key, and the ledger books it once.
 */
function votesUsedOnce(deaths: readonly Findings[], { calls }: Findings): readonly string[] {
  return calls.flatMap((call) => {
    const { votes, used, voters, intents, unknowns, retries } = call;
    const name = nameOf(call);
    const uses = used.filter((versions) => versions.length > 0);
    return [
      ...(new Set(voters).size < voters.length ? [`one person voted twice on call ${name}`] : []),
      ...uses
        .flat()
        .filter((version) => !votes.includes(version))
        .map((version) => `call ${name} uses a vote that is not there: ${version}`),
      ...(votes.length > 0 && intents > 0 && uses.length === 0
        ? [`call ${name} left without the votes cast for it`]
        : []),
      ...(uses.length > 1 + unknowns + retries + deathsWhileOpen(deaths, call)
        ? [`call ${name} used its votes ${uses.length} times`]
        : []),
    ];
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
