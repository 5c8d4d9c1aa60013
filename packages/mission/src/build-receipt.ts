import type { Commitment, Entry, Receipt } from "@aura/trust";
import { invariant } from "@aura/trust";
import { foundingEntry, quorumOf } from "./founding-entry.ts";
import { notSealed } from "./mission-error.ts";
import { missionHeads } from "./mission-heads.ts";
import { missionStanding } from "./mission-log.ts";
import type { MissionWorld } from "./mission-world.ts";
import { missionStream } from "./stream-name.ts";
import { votersOf } from "./receipt-voters.ts";

/**
 * One file with everything that a mission wrote and the proofs that the log holds it: verified offline by `verifyReceipt`.
 * Opens every payload that was not erased. Where people voted, the enrolments of their keys stand in it as well, back to the
 * founding. O(entries of the mission) reads and proofs; with votes also one reading of `control`. @throws `mission/not_sealed`
 */
export async function buildReceipt(world: MissionWorld, id: string): Promise<Receipt> {
  const { store, context } = world;
  const { fold: mission, head } = await missionStanding(world, id);
  if (mission.state !== "CLOSED") throw notSealed(id);
  const last = await store.position(context, missionStream(id), head.version);
  invariant(last !== undefined, "the newest entry of a stream has a position");
  const tree = await world.checkpoints.covering(context.namespace, last);
  const heads = await missionHeads(world, id);
  const placed: { seq: number; entry: Entry }[] = [];
  for (const { stream } of heads) {
    for await (const entry of store.read(context, stream, 0)) {
      const seq = await store.position(context, stream, entry.version);
      invariant(seq !== undefined, "an entry that is read has a position");
      placed.push({ seq, entry });
    }
  }
  placed.sort((left, right) => left.seq - right.seq);
  const prove = (seq: number) => store.inclusionProof(context, seq, tree.size);
  const entries = [];
  for (const { seq, entry } of placed) entries.push({ seq, entry, proof: await prove(seq) });
  const founding = await foundingEntry(world);
  const approvers = (await votersOf(world, placed)).filter(({ seq }) => seq < tree.size);
  const proven = [];
  for (const { seq, entry } of approvers) proven.push({ seq, entry, proof: await prove(seq) });
  return {
    format: "aura-receipt-1",
    namespace: context.namespace,
    mission: id,
    origin: originOf(tree.note),
    checkpoint: tree.note,
    founding: { entry: founding, proof: await prove(0) },
    entries,
    heads: heads.map(({ stream, version, hash }) => ({ stream, version, hash })),
    opened: await openAll(world, [...placed, ...approvers.filter(({ entry }) => entry.type === "approver.enrolled")]),
    ...(proven.length === 0 ? {} : { approvers: proven }),
    custody: [...new Set(placed.map(({ entry }) => entry.actor.custody))].toSorted(),
    witnesses: [],
    quorum: quorumOf(founding),
  };
}

/** C2SP tlog-checkpoint: the first line of the note. */
function originOf(note: string): string {
  return note.slice(0, note.indexOf("\n"));
}

async function openAll(
  world: MissionWorld,
  placed: readonly { readonly entry: Entry }[],
): Promise<{ readonly [commitment: string]: { readonly nonce: string; readonly text: string } }> {
  const opened: Record<Commitment, { nonce: string; text: string }> = {};
  for (const commitment of new Set(placed.flatMap(({ entry }) => Object.values(entry.payloads)))) {
    const payload = await world.store.payload(world.context, commitment);
    if (payload === undefined || payload === "erased") continue;
    opened[commitment] = { nonce: payload.nonce, text: payload.text };
  }
  return opened;
}
