import { enrolApprover, readPossession } from "@aura/mission";
import type { Approver, Enrolment, MissionWorld, SignedEnrolment } from "@aura/mission";
import { canonicalJson, hashText, isAuraError } from "@aura/trust";
import type { JsonObject } from "@aura/trust";
import { enrolmentUnknown } from "./http-error.ts";

/** Enrolments that wait for other persons; the oldest goes when one more comes. */
export const ENROLMENTS_MAX = 32;

/** A key whose holder showed that they hold it, and that nobody vouched for yet. */
export interface PendingEnrolment {
  /** Says the same to the person who asks and the one who confirms: made from the very statement that both sign. */
  readonly code: string;
  readonly enrolment: Enrolment;
}

/** Keys that wait for other persons, in memory: whoever asked asks again after a restart, and gets the same code. */
export interface EnrolmentDesk {
  /** @throws `mission/enrolment_malformed`, `mission/enrolment_forged` */
  ask(possession: string): PendingEnrolment;
  /**
   * Enrols the key with this confirmation and those that were given before it. One that is right where more are needed is kept, as
   * long as the code waits. @throws `http/enrolment_unknown`, `mission/enrolment_quorum` (it was kept), `mission/enrolment_*`
   */
  confirm(code: string, confirmation: string): Promise<Approver>;
  pending(): readonly PendingEnrolment[];
}

export function createEnrolmentDesk(world: MissionWorld): EnrolmentDesk {
  const kept = new Map<string, PendingEnrolment & SignedEnrolment>();
  const live = () => {
    for (const [code, { enrolment }] of kept) if (enrolment.expiresMs <= world.store.nowMs()) kept.delete(code);
    return kept;
  };
  return {
    ask: (possession) => {
      const enrolment = readPossession(possession);
      const code = codeOf(enrolment);
      const confirmations = live().get(code)?.confirmations ?? [];
      kept.delete(code);
      kept.set(code, { code, enrolment, possession, confirmations });
      const [oldest] = kept.keys();
      if (kept.size > ENROLMENTS_MAX && oldest !== undefined) kept.delete(oldest);
      return { code, enrolment };
    },
    confirm: async (code, confirmation) => {
      const found = live().get(code);
      if (found === undefined) throw enrolmentUnknown();
      const signed = { possession: found.possession, confirmations: [...found.confirmations, confirmation] };
      try {
        const approver = await enrolApprover(world, signed);
        kept.delete(code);
        return approver;
      } catch (error) {
        const isKept = isAuraError(error, "mission/enrolment_quorum") && !found.confirmations.includes(confirmation);
        if (isKept) kept.set(code, { ...found, ...signed });
        throw error;
      }
    },
    pending: () => [...live().values()].map(({ code, enrolment }) => ({ code, enrolment })),
  };
}

/** About 49 bits of the statement's hash, to be read aloud: enough that no two of a few are alike, and nobody picks one by chance. */
function codeOf(enrolment: Enrolment): string {
  const hash = Buffer.from(hashText(canonicalJson(enrolment as unknown as JsonObject)), "base64url");
  const letters = [...hash.subarray(0, CODE_LETTERS)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
  return `${letters.slice(0, CODE_LETTERS / 2)}-${letters.slice(CODE_LETTERS / 2)}`;
}

const CODE_LETTERS = 10;
/** Without what looks like something else. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
