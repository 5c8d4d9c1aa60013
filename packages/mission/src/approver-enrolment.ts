import type { JsonObject, PublicKey, Signer } from "@aura/trust";
import {
  admitTrustAnchor,
  canonicalJson,
  decodeBase64url,
  isAuraError,
  parseCanonicalJson,
  signJws,
  verifyJws,
} from "@aura/trust";
import { appendAtHead } from "./append-at-head.ts";
import * as refusal from "./approval-error.ts";
import type { Approver } from "./approver.ts";
import { approversStanding } from "./approver-log.ts";
import { isObject } from "./entry-data.ts";
import { foundingEntry, quorumOf } from "./founding-entry.ts";
import type { MissionError } from "./mission-error.ts";
import type { MissionWorld } from "./mission-world.ts";
import { sealPayload } from "./payload.ts";
import { CONTROL_STREAM, isPersonId } from "./stream-name.ts";

/** Media type of either signature of an enrolment, without `application/`. */
export const ENROLMENT_TYP = "aura-enrolment+jwt";

/** What everybody signs who has a part in it: from now on this key speaks for this person. */
export interface Enrolment {
  readonly format: "aura-enrolment-1";
  readonly namespace: string;
  readonly person: string;
  readonly key: PublicKey;
  /** Store time from which it is refused. */
  readonly expiresMs: number;
}

/**
 * One signature of an enrolment: by the new key (possession) or by an approver (confirmation). A compact JWS (RFC 7515
 * section 7.1) whose payload is the canonical enrolment. @throws `trust/not_json`, `trust/signature_fault`
 */
export function signEnrolment(signer: Signer, enrolment: Enrolment): Promise<string> {
  return signJws(signer, ENROLMENT_TYP, enrolment as unknown as JsonObject);
}

/** Confirmations that are looked at for one enrolment. */
export const CONFIRMATIONS_MAX = 16;

/** Every signature of one enrolment, each a compact JWS over the same statement. */
export interface SignedEnrolment {
  /** By the new key itself. */
  readonly possession: string;
  /** By keys that count already, of distinct persons. */
  readonly confirmations: readonly string[];
}

/**
 * Enrols the key of a person who will answer: signed by that key, and by persons whose own keys count, over one and the same
 * statement. As many distinct persons must have signed as the constitution's quorum says, and at least one of them is another
 * than the one who is enrolled, whose own key that counts already may be among the others: whoever can loosen the rules together
 * can say together who answers for them, and nobody less. A key is enrolled once and for one person, so nothing can be replayed.
 * One unit on `control`, which every decision reads. It holds no text of the statement but the proofs, which are a payload.
 *
 * @throws `mission/enrolment_quorum` (all that was signed is right, and more persons must), `mission/enrolment_malformed`, `mission/enrolment_forged`, `mission/enrolment_mismatch`,
 * `mission/enrolment_expired`, `mission/enrolment_unconfirmed`, `mission/enrolment_key_taken`, `mission/append_refused`
 */
export async function enrolApprover(world: MissionWorld, signed: SignedEnrolment): Promise<Approver> {
  const enrolment = readPossession(signed.possession);
  const { person, key } = enrolment;
  const { kid } = key;
  if (signed.confirmations.length > CONFIRMATIONS_MAX) {
    throw refusal.enrolmentMalformed(`it has more than ${CONFIRMATIONS_MAX} confirmations`);
  }
  const quorum = quorumOf(await foundingEntry(world));
  const proofs = sealPayload(world, { possession: signed.possession, confirmations: signed.confirmations });
  await appendAtHead(world, CONTROL_STREAM, async () => {
    const { fold: approvers } = await approversStanding(world);
    const confirmers = confirmedBy(world, { approvers, enrolment, confirmations: signed.confirmations, quorum });
    const [confirmer = person] = confirmers.filter((one) => one !== person);
    const data = { person, key: { ...key }, confirmedBy: confirmers };
    return {
      draft: {
        type: "approver.enrolled",
        actor: { id: confirmer, custody: "person" },
        data,
        payloads: { proofs: proofs.commitment },
      },
      payloads: [proofs],
    };
  });
  const { fold: approvers } = await approversStanding(world);
  const enrolled = approvers.find((one) => one.key.kid === kid);
  if (enrolled === undefined) throw refusal.approverNotFound(person, kid);
  return enrolled;
}

/** Who vouches for it, sorted: as many distinct persons as the quorum says, one of them another than the one who is enrolled. */
function confirmedBy(
  world: MissionWorld,
  asked: Confirming & { readonly confirmations: readonly string[]; readonly quorum: number },
): readonly string[] {
  const { enrolment, approvers, quorum } = asked;
  const persons = [...new Set(asked.confirmations.map((jws) => confirmerOf(asked, jws)))].toSorted();
  if (!persons.some((person) => person !== enrolment.person)) throw refusal.enrolmentUnconfirmed();
  if (enrolment.namespace !== world.context.namespace) throw refusal.enrolmentMismatch("is for another namespace");
  if (world.store.nowMs() >= enrolment.expiresMs) throw refusal.enrolmentExpired(enrolment.expiresMs);
  const { kid } = enrolment.key;
  if (approvers.some((one) => one.key.kid === kid)) throw refusal.enrolmentKeyTaken(kid);
  if (persons.length < quorum) throw refusal.enrolmentQuorum(persons.length, quorum);
  return persons;
}

interface Confirming {
  readonly approvers: readonly Approver[];
  readonly enrolment: Enrolment;
}

/** The person whose key, one that counts now, signed this very statement. */
function confirmerOf({ approvers, enrolment }: Confirming, jws: string): string {
  const counting = approvers.filter(({ revokedAtMs }) => revokedAtMs === null);
  const verification = verifyJws(
    jws,
    ENROLMENT_TYP,
    counting.map(({ key }) => key),
  );
  if (!verification.ok) throw whyUnconfirmed(verification.reason);
  const confirmer = counting.find(({ key }) => key.kid === verification.kid);
  if (confirmer === undefined) throw refusal.enrolmentUnconfirmed();
  if (canonicalJson(verification.payload) !== canonicalJson(enrolment as unknown as JsonObject)) {
    throw refusal.enrolmentMismatch("that was confirmed is another one");
  }
  return confirmer.person;
}

function whyUnconfirmed(reason: string): MissionError {
  if (reason === "unknown_key" || reason === "signature") return refusal.enrolmentUnconfirmed();
  return refusal.enrolmentMalformed(`the confirmation's JWS is refused (${reason})`);
}

/**
 * What the new key states of itself, under its own signature: what a second person is shown before it confirms. Whether it is
 * for this namespace and in time is judged when it is enrolled. Pure. @throws `mission/enrolment_malformed`,
 * `mission/enrolment_forged`
 */
export function readPossession(jws: string): Enrolment {
  const shape = verifyJws(jws, ENROLMENT_TYP, []);
  if (!shape.ok && shape.reason !== "unknown_key") {
    throw refusal.enrolmentMalformed(`the possession's JWS is refused (${shape.reason})`);
  }
  const enrolment = parseEnrolment(unverifiedPayload(jws));
  const verification = verifyJws(jws, ENROLMENT_TYP, [enrolment.key]);
  if (!verification.ok) throw refusal.enrolmentForged();
  return enrolment;
}

/** Read only to learn which key must have signed it. */
function unverifiedPayload(jws: string): JsonObject {
  try {
    const payload = parseCanonicalJson(decodeBase64url(jws.split(".")[1] ?? ""));
    if (isObject(payload)) return payload;
  } catch (error) {
    if (!isAuraError(error)) throw error;
  }
  throw refusal.enrolmentMalformed("its payload is not a canonical JSON object");
}

function parseEnrolment(payload: JsonObject): Enrolment {
  const { format, namespace, person, key, expiresMs, ...others } = payload;
  if (format !== "aura-enrolment-1" || Object.keys(others).length > 0) {
    throw refusal.enrolmentMalformed("it has not the members of aura-enrolment-1");
  }
  if (typeof namespace !== "string" || typeof person !== "string" || !isPersonId(person)) {
    throw refusal.enrolmentMalformed("it names no namespace or no person");
  }
  if (typeof expiresMs !== "number" || !Number.isSafeInteger(expiresMs)) {
    throw refusal.enrolmentMalformed("it has no end");
  }
  return { format, namespace, person, key: admitted(key), expiresMs };
}

function admitted(key: unknown): PublicKey {
  try {
    const admittedKey = admitTrustAnchor(key);
    const isWritten = canonicalJson(key as JsonObject) === canonicalJson({ ...admittedKey });
    if (isWritten) return admittedKey;
  } catch (error) {
    if (!isAuraError(error)) throw error;
  }
  throw refusal.enrolmentMalformed("its key is not an Ed25519 JWK of exactly kty, crv, x and kid");
}
