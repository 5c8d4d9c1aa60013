// A runtime to be killed: appends units as fast as it can in eight lanes, and says each one that was acknowledged.
// node --conditions=@aura/source appender.ts PATH UNITS
import { writeSync } from "node:fs";
import { EMPTY_HEAD, chainEntries, headAfter, openSqliteLogStore } from "@aura/store";
import type { EntryDraft, Head, StreamName, Write } from "@aura/store";
import type { JsonObject } from "@aura/trust";
import { isAuraError, systemClock, systemRandom, uuidv7 } from "@aura/trust";
import { AN_ACTOR, aPayload, spokenProjection } from "../../src/testing/builders.ts";

const LANES = 8;
const acme = { namespace: "acme" };
const [, , path = "", units = "0"] = process.argv;

const store = await openSqliteLogStore({ path, clock: systemClock, projections: [spokenProjection] });
say("open");
if (units === "0") await new Promise(() => process.stdin.resume());

try {
  await Promise.all(Array.from({ length: LANES }, async (_, lane) => appendInLane(lane)));
} catch (error) {
  if (!isAuraError(error)) throw error;
  say(`failed ${error.code}`);
  say(`then ${await codeOfNextAppend()}`);
}

/** Each unit: two entries in the lane's stream, one in a stream of its own, a payload, a row and two counters. */
async function appendInLane(lane: number): Promise<void> {
  const stream = `mission/m${lane}`;
  let head = await store.head(acme, stream);
  for (let count = 0; count < Number(units); count += 1) {
    const id = uuidv7(store.nowMs(), systemRandom);
    const payload = aPayload(JSON.stringify(`${stream} ${head.version} ${"x".repeat(300)}`), head.version + 1);
    const drafts: EntryDraft[] = [
      draft({ add: [{ counter: "units", delta: 1 }], put: [{ table: "unit", key: id, members: { lane } }] }),
      { ...draft({}), payloads: { arguments: payload.commitment } },
    ];
    const writes = [
      write(id, { stream, head, drafts }),
      write(id, { stream: `unit/${id}`, head: EMPTY_HEAD, drafts: [draft({})] }),
    ];
    const [answer] = await store.append(acme, [{ id, writes, reads: [], payloads: [payload] }]);
    if (answer?.kind !== "appended") throw new Error(`unexpected answer ${answer?.kind}`);
    head = headAfter(head, writes[0]?.entries ?? []);
    say(`appended ${id}`);
  }
}

function write(
  unit: string,
  of: { readonly stream: StreamName; readonly head: Head; readonly drafts: readonly EntryDraft[] },
): Write {
  const entries = chainEntries({ ...acme, unit, timeMs: store.nowMs(), ...of });
  return { stream: of.stream, after: of.head.version, fence: of.head.fence, entries };
}

function draft(data: JsonObject): EntryDraft {
  return { type: "note.written", actor: AN_ACTOR, data };
}

async function codeOfNextAppend(): Promise<string> {
  const id = uuidv7(store.nowMs(), systemRandom);
  const writes = [write(id, { stream: "control", head: EMPTY_HEAD, drafts: [draft({})] })];
  return store.append(acme, [{ id, writes, reads: [], payloads: [] }]).then(
    () => "appended",
    (error: unknown) => (isAuraError(error) ? error.code : String(error)),
  );
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}
