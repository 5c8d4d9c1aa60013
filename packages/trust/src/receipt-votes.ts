import { isAuraError } from "./aura-error.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Entry } from "./entry.ts";
import type { FoundingStatement } from "./founding.ts";
import { hashText } from "./hash.ts";
import { isObject } from "./json-object.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { verifyJws } from "./jws.ts";
import type { JwsVerification } from "./jws.ts";
import { admitTrustAnchor } from "./public-key.ts";
import type { PublicKey } from "./public-key.ts";
import type { Receipt } from "./receipt.ts";

/** What stands against a vote that was used, or against the enrolment of a key that signed one; or that it is of a later format. */
export type VoteFinding = { readonly ok: false; readonly seq: number } & (
  | { readonly reason: "vote_missing"; readonly problem: "entry" | "closed" | "quorum" }
  | { readonly reason: "unknown_format"; readonly format: string; readonly line: 1 }
  | { readonly reason: "vote_forged"; readonly problem: VoteProblem }
);

/**
 * `key`: no key that counted for that person then signed it; `request`: it is over another request than the one that it was used
 * for; `shown`: over another text; `person`: one person counted twice; `enrolment`: the key was not enrolled as it must be.
 */
export type VoteProblem = "key" | "request" | "shown" | "person" | "enrolment";

/** An entry in its place. */
interface Placed {
  readonly seq: number;
  readonly entry: Entry;
}

/** A key that counts for a person from one place of the log on, up to another. */
interface Voter {
  readonly person: string;
  readonly key: PublicKey;
  readonly from: number;
  until: number;
}

const VOTE_FORMAT = "aura-vote-1";
const ENROLMENT_FORMAT = "aura-enrolment-1";
const VOTE_TYP = "aura-vote+jwt";
const ENROLMENT_TYP = "aura-enrolment+jwt";
const ASKS: readonly string[] = ["call.parked", "call.raised", "mission.approval_requested"];

/**
 * Holds every vote that a mission's approval or an intent says it used against what people were asked: the very request, signed by
 * a key that counted for that person when it was given, each person once, as many as had to agree; the founding names the first
 * keys, and an enrolment any later one, whose own signatures are held against those before it. Counts the votes, or tells the
 * first thing that stands against one. What the pool was is the release's to say; a revocation that the receipt leaves out is
 * seen in the log alone. A vote's signature is verified once, however often it was used; a person who is named twice is refused before.
 */
export function judgeVotes(
  { namespace, mission, entries, opened }: Receipt,
  founding: FoundingStatement,
  approvers: readonly Placed[],
): number | VoteFinding {
  const voters = votersOf(founding, approvers, { namespace, opened });
  if ("reason" in voters) return voters;
  const verified = new Map<number, JwsVerification>();
  const streams = Map.groupBy(entries, ({ entry }) => entry.stream);
  const frozen = entries.find(({ entry }) => entry.type === "mission.approval_requested")?.entry;
  let count = 0;
  for (const using of entries) {
    const used = usedBy(using.entry);
    if (used === undefined) continue;
    const scene = { namespace, mission, opened, voters, verified, boundary: frozen?.data["boundary"] ?? null };
    const finding = judgeUse(using, used, { ...scene, stream: streams.get(using.entry.stream) ?? [] });
    if (finding !== undefined) return finding;
    count += used.votes.length;
  }
  return count;
}

/** What an entry says of the votes that it makes used; `undefined` if it uses none. */
function usedBy({ type, data }: Entry): { readonly votes: readonly JsonValue[]; readonly quorum: number } | undefined {
  const by = type === "mission.approved" ? data["by"] : type === "call.sent" ? data : undefined;
  if (!isObject(by) || (type === "mission.approved" && by["kind"] !== "votes")) return undefined;
  const { votes, quorum } = by;
  if (type === "call.sent" && votes === undefined) return undefined;
  return {
    votes: Array.isArray(votes) ? (votes as readonly JsonValue[]) : [],
    quorum: typeof quorum === "number" ? quorum : 1,
  };
}

interface Scene {
  readonly namespace: string;
  readonly mission: string;
  readonly opened: Receipt["opened"];
  readonly voters: readonly Voter[];
  /** What was said of a vote's signature, by its place. */
  readonly verified: Map<number, JwsVerification>;
  readonly boundary: JsonValue;
  /** The entries of the stream that the votes and their use stand on. */
  readonly stream: readonly Placed[];
}

function judgeUse(
  using: Placed,
  { votes, quorum }: { readonly votes: readonly JsonValue[]; readonly quorum: number },
  scene: Scene,
): VoteFinding | undefined {
  const { seq, entry } = using;
  const before = scene.stream.filter(({ entry: { version } }) => version < entry.version);
  const asked = before.findLast(({ entry: { type } }) => ASKS.includes(type))?.entry;
  if (asked === undefined || votes.length < Math.max(quorum, 1)) return missing(seq, "quorum");
  const sameCall = entry.type !== "call.sent" || entry.payloads["arguments"] === asked.payloads["arguments"];
  if (!sameCall || (entry.type === "call.sent" && entry.data["tool"] !== toolOf(scene.stream))) {
    return forged(seq, "request");
  }
  const persons = new Map<string, Placed>();
  for (const version of votes) {
    const vote = before.find((one) => one.entry.version === version && one.entry.version > asked.version);
    if (vote === undefined || !vote.entry.type.endsWith(".voted") || vote.entry.data["choice"] !== "APPROVE") {
      return missing(seq, "entry");
    }
    if (persons.has(vote.entry.actor.id)) return forged(seq, "person");
    persons.set(vote.entry.actor.id, vote);
  }
  for (const vote of persons.values()) {
    const finding = judgeVote(vote, asked, scene);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function judgeVote({ seq, entry }: Placed, asked: Entry, scene: Scene): VoteFinding | undefined {
  const { vote: commitment, shown } = entry.payloads;
  const jws = textIn(scene.opened, commitment);
  if (jws === undefined) return missing(seq, "closed");
  const verification = scene.verified.get(seq) ?? verifyVote(jws, { seq, entry }, scene.voters);
  scene.verified.set(seq, verification);
  if (!verification.ok || entry.data["kid"] !== verification.kid) return forged(seq, "key");
  const later = laterFormat(verification.payload, VOTE_FORMAT, seq);
  if (later !== undefined) return later;
  if (canonicalJson(verification.payload) !== canonicalJson(wanted(asked, scene))) return forged(seq, "request");
  const text = textIn(scene.opened, shown);
  const isShown = shown === asked.payloads["shown"] && (text === undefined || hashText(text) === asked.data["shown"]);
  return isShown ? undefined : forged(seq, "shown");
}

function verifyVote(jws: string, { seq, entry }: Placed, voters: readonly Voter[]): JwsVerification {
  const counting = voters.filter(({ person, from, until }) => person === entry.actor.id && from < seq && seq < until);
  return verifyJws(
    jws,
    VOTE_TYP,
    counting.map(({ key }) => key),
  );
}

/** Of a payload that a sound signature is over: nobody forged what this version only does not know. */
function laterFormat({ format }: JsonObject, known: string, seq: number): VoteFinding | undefined {
  if (typeof format !== "string" || format === known) return undefined;
  return { ok: false, reason: "unknown_format", format, line: 1, seq };
}

/** The vote that a person signs who approves what was asked (`aura-vote-1`). */
function wanted({ data, payloads, type }: Entry, { namespace, mission, boundary, stream }: Scene): JsonObject {
  const { decision, level = null, shown = null, untilMs = null } = data;
  const ofCall = type !== "mission.approval_requested";
  const [first] = stream;
  return {
    format: VOTE_FORMAT,
    namespace,
    mission,
    call: ofCall ? (first?.entry.stream.slice(`mission/${mission}/call/`.length) ?? null) : null,
    tool: ofCall ? toolOf(stream) : null,
    arguments: ofCall ? (payloads["arguments"] ?? null) : null,
    boundary,
    level,
    shown,
    release: isObject(decision) ? (decision["release"] ?? null) : null,
    choice: "APPROVE",
    expiresMs: untilMs,
  };
}

/** The first entry of a call's stream claims its key for one tool. */
function toolOf([first]: readonly Placed[]): JsonValue {
  return first?.entry.data["tool"] ?? null;
}

/** Every key that may have signed a vote: those of the founding, and those whose enrolment the receipt shows and proves. */
function votersOf(
  { approvers: first, constitution: { quorum } }: FoundingStatement,
  entries: readonly Placed[],
  world: Pick<Receipt, "namespace" | "opened">,
): readonly Voter[] | VoteFinding {
  const voters: Voter[] = first.map(({ id, key }) => ({ person: id, key, from: 0, until: Infinity }));
  for (const { seq, entry } of entries) {
    if (entry.type === "approver.revoked") {
      const { person, kid } = entry.data;
      for (const voter of voters) {
        if (voter.person === person && voter.key.kid === kid) voter.until = Math.min(voter.until, seq);
      }
      continue;
    }
    const enrolled =
      entry.type === "approver.enrolled" ? enrolledBy({ seq, entry }, voters, { ...world, quorum }) : undefined;
    if (enrolled === undefined) return forged(seq, "enrolment");
    if ("reason" in enrolled) return enrolled;
    voters.push(enrolled);
  }
  return voters;
}

/** The key that an entry enrols, if it is signed as it must be: by itself, and by as many persons as the constitution says. */
function enrolledBy(
  { seq, entry }: Placed,
  voters: readonly Voter[],
  world: Pick<Receipt, "namespace" | "opened"> & { readonly quorum: number },
): Voter | VoteFinding | undefined {
  const { person, key: given } = entry.data;
  const proofs = valueIn(world.opened, entry.payloads["proofs"]);
  const key = admitted(given);
  if (!isObject(proofs) || typeof person !== "string" || key === undefined) return undefined;
  const { possession, confirmations } = proofs;
  if (typeof possession !== "string" || !Array.isArray(confirmations)) return undefined;
  const stated = verifyJws(possession, ENROLMENT_TYP, [key]);
  if (!stated.ok) return undefined;
  const later = laterFormat(stated.payload, ENROLMENT_FORMAT, seq);
  if (later !== undefined) return later;
  const { format, namespace, person: named, key: own } = stated.payload;
  const isThis = format === ENROLMENT_FORMAT && namespace === world.namespace && named === person;
  if (!isThis || canonicalJson(own ?? null) !== canonicalJson(given ?? null)) return undefined;
  const counting = voters.filter(({ from, until }) => from < seq && seq < until);
  const persons = new Set<string>();
  for (const jws of confirmations as readonly JsonValue[]) {
    const confirmed =
      typeof jws === "string" &&
      verifyJws(
        jws,
        ENROLMENT_TYP,
        counting.map((one) => one.key),
      );
    if (!confirmed || !confirmed.ok || canonicalJson(confirmed.payload) !== canonicalJson(stated.payload))
      return undefined;
    for (const voter of counting) if (voter.key.kid === confirmed.kid) persons.add(voter.person);
  }
  const byAnother = [...persons].some((one) => one !== person);
  return byAnother && persons.size >= world.quorum ? { person, key, from: seq, until: Infinity } : undefined;
}

function admitted(key: unknown): PublicKey | undefined {
  try {
    return admitTrustAnchor(key);
  } catch (error) {
    if (isAuraError(error)) return undefined;
    throw error;
  }
}

/** A payload that is a text; `undefined` if it is not shown or is something else. */
function textIn(opened: Receipt["opened"], commitment: string | undefined): string | undefined {
  const value = valueIn(opened, commitment);
  return typeof value === "string" ? value : undefined;
}

/** What was committed to was held against its commitment before. */
function valueIn(opened: Receipt["opened"], commitment: string | undefined): JsonValue | undefined {
  const payload = commitment === undefined ? undefined : opened[commitment as keyof typeof opened];
  if (payload === undefined) return undefined;
  try {
    return JSON.parse(payload.text) as JsonValue;
  } catch {
    return undefined;
  }
}

function missing(seq: number, problem: "entry" | "closed" | "quorum"): VoteFinding {
  return { ok: false, reason: "vote_missing", seq, problem };
}

function forged(seq: number, problem: VoteProblem): VoteFinding {
  return { ok: false, reason: "vote_forged", seq, problem };
}
