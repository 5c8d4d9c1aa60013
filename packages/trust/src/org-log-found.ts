import type { AuditChain } from "./audit-chain.ts";
import { parseEntry } from "./entry-codec.ts";
import { orgLogDamaged } from "./org-log-error.ts";
import { OrgLogMap } from "./org-log-map.ts";
import { leafOfOpening, namespaceFile, parseNamespace, parseTick } from "./org-log-state.ts";
import type { NamespaceRecord, OpenedTick } from "./org-log-state.ts";
import { readTick } from "./org-log-tick.ts";
import type { WrittenTick } from "./org-log-tick.ts";
import { splitNote } from "./signed-note.ts";
import { readTreeHead } from "./tree-head.ts";

/** What an org log finds when it is opened. @internal */
export interface FoundOrgLog {
  readonly records: Map<string, NamespaceRecord>;
  readonly last: WrittenTick | undefined;
  readonly opened: OpenedTick;
}

/** Holds the state against the newest tick of the chain: neither may be older than the other, but for a tick that was not written any more. @internal */
export async function findState(
  chain: AuditChain,
  where: string,
  texts: ReadonlyMap<string, string>,
): Promise<FoundOrgLog> {
  const records = new Map<string, NamespaceRecord>();
  const ticks: OpenedTick[] = [];
  for (const [name, text] of texts) {
    if (name.startsWith("tick-")) ticks.push(parseTick(where, text));
    if (!name.startsWith("namespace-")) continue;
    const record = parseNamespace(where, text);
    if (namespaceFile(record.key.name) !== name) throw orgLogDamaged(where, "holds a namespace in another's place");
    records.set(record.key.name, record);
  }
  const newest = chain.size - 1;
  if (ticks.some(({ seq }) => seq > newest + 1)) throw orgLogDamaged(where, "is newer than the chain");
  if (newest === 0) return { records, last: undefined, opened: { seq: 0, openings: [] } };
  const last = await tickAt(chain, newest);
  const opened = ticks.find(({ seq }) => seq === newest);
  if (
    last === undefined ||
    opened === undefined ||
    new OrgLogMap(opened.openings.map(leafOfOpening)).root !== last.map
  ) {
    throw orgLogDamaged(where, "does not open the newest tick of the chain");
  }
  for (const { key, note } of opened.openings) {
    const [head, record] = [readTreeHead(splitNote(note)?.text ?? ""), records.get(key.name)];
    const { size, root } = record?.seen ?? { size: -1 };
    if (head === undefined || size < head.size || (size === head.size && root !== head.root)) {
      throw orgLogDamaged(where, "was set back");
    }
  }
  return { records, last, opened };
}

async function tickAt(chain: AuditChain, seq: number): Promise<WrittenTick | undefined> {
  const parsed = parseEntry((await chain.prove(seq)).text);
  return parsed.kind === "entry" ? readTick(parsed.entry) : undefined;
}
