import { MissionError } from "./mission-error.ts";

/** Every failure that somebody who votes, enrols or revokes can meet. Each is API for ever. */
export type ApprovalErrorCode =
  | "mission/vote_malformed"
  | "mission/vote_unknown_approver"
  | "mission/vote_forged"
  | "mission/vote_mismatch"
  | "mission/vote_not_waiting"
  | "mission/vote_expired"
  | "mission/vote_own_mission"
  | "mission/vote_not_in_pool"
  | "mission/vote_already_cast"
  | "mission/enrolment_malformed"
  | "mission/enrolment_forged"
  | "mission/enrolment_mismatch"
  | "mission/enrolment_unconfirmed"
  | "mission/enrolment_quorum"
  | "mission/enrolment_expired"
  | "mission/enrolment_key_taken"
  | "mission/approver_not_found";

const NOT_RECORDED = "Nothing was recorded.";

export function voteMalformed(problem: string): MissionError {
  return new MissionError({
    code: "mission/vote_malformed",
    what: `That is not a vote: ${problem}. ${NOT_RECORDED}`,
    why: "A vote is a JWS of type aura-vote+jwt whose payload is the canonical aura-vote-1, in one spelling.",
    fix: "Sign the vote that the request shows, with signVote or `aura approve`.",
  });
}

export function voteUnknownApprover(person: string): MissionError {
  return new MissionError({
    code: "mission/vote_unknown_approver",
    what: `"${person}" has no key that may sign votes. ${NOT_RECORDED}`,
    why: "Only keys that are enrolled and not revoked count.",
    fix: "Enrol a key for this person; another approver confirms it.",
  });
}

export function voteForged(person: string): MissionError {
  return new MissionError({
    code: "mission/vote_forged",
    what: `The vote is not signed by an enrolled key of "${person}". ${NOT_RECORDED}`,
    why: "A vote is a signature; whose name stands beside it proves nothing.",
    fix: "Sign with the key that was enrolled for this person.",
  });
}

export function voteMismatch(): MissionError {
  return new MissionError({
    code: "mission/vote_mismatch",
    what: `The vote is over another request than the one that waits. ${NOT_RECORDED}`,
    why: "An approval is a signature over one exact action, as it was shown.",
    fix: "Load the request again, read what it asks now, and sign that.",
  });
}

export function voteNotWaiting(): MissionError {
  return new MissionError({
    code: "mission/vote_not_waiting",
    what: `No such request waits for people. ${NOT_RECORDED}`,
    why: "It was decided already, or it never was.",
    fix: "List the requests that wait.",
  });
}

export function voteExpired(untilMs: number): MissionError {
  return new MissionError({
    code: "mission/vote_expired",
    what: `The time to answer ended at ${new Date(untilMs).toISOString()}. ${NOT_RECORDED}`,
    why: "Silence becomes a DENY.",
    fix: "Have it asked for again.",
  });
}

export function voteOwnMission(): MissionError {
  return new MissionError({
    code: "mission/vote_own_mission",
    what: `You created this mission. ${NOT_RECORDED}`,
    why: "Who asks for something does not approve it.",
    fix: "Let another person of the pool answer.",
  });
}

export function voteNotInPool(person: string): MissionError {
  return new MissionError({
    code: "mission/vote_not_in_pool",
    what: `"${person}" may not answer this request. ${NOT_RECORDED}`,
    why: "The authority graph of the current release says who may, for this very action.",
    fix: "Let a person of the request's pool answer.",
  });
}

export function voteAlreadyCast(person: string): MissionError {
  return new MissionError({
    code: "mission/vote_already_cast",
    what: `"${person}" has answered this request. Nothing more was recorded.`,
    why: "A person counts once, and what is said stands.",
    fix: "Nothing is to be done.",
  });
}

export function enrolmentMalformed(problem: string): MissionError {
  return new MissionError({
    code: "mission/enrolment_malformed",
    what: `That is not an enrolment: ${problem}. ${NOT_RECORDED}`,
    why: "An enrolment is two JWS of type aura-enrolment+jwt over one canonical aura-enrolment-1.",
    fix: "Make it with signEnrolment or `aura approver`.",
  });
}

export function enrolmentForged(): MissionError {
  return new MissionError({
    code: "mission/enrolment_forged",
    what: `The new key has not signed its own enrolment. ${NOT_RECORDED}`,
    why: "Possession is proven: nobody enrols a key that they do not hold.",
    fix: "Sign the enrolment with the new key.",
  });
}

export function enrolmentMismatch(problem: string): MissionError {
  return new MissionError({
    code: "mission/enrolment_mismatch",
    what: `The enrolment ${problem}. ${NOT_RECORDED}`,
    why: "Both persons sign the same statement, for this namespace.",
    fix: "Let the second person confirm the very statement that the first one signed.",
  });
}

export function enrolmentUnconfirmed(): MissionError {
  return new MissionError({
    code: "mission/enrolment_unconfirmed",
    what: `No other approver has confirmed the enrolment. ${NOT_RECORDED}`,
    why: "Enrolling a key takes a second person, whose own key is enrolled and not revoked.",
    fix: "Compare the key's thumbprint with the person, and let an approver sign the confirmation.",
  });
}

export function enrolmentQuorum(confirmed: number, quorum: number): MissionError {
  return new MissionError({
    code: "mission/enrolment_quorum",
    what: `${confirmed} of ${quorum} persons have confirmed the enrolment. ${NOT_RECORDED}`,
    why: "As many persons as the constitution's quorum say together who answers, each with a key that counts.",
    fix: "Let another approver confirm the same statement before it expires; the person's own enrolled key counts too.",
  });
}

export function enrolmentExpired(expiresMs: number): MissionError {
  return new MissionError({
    code: "mission/enrolment_expired",
    what: `The enrolment expired at ${new Date(expiresMs).toISOString()}. ${NOT_RECORDED}`,
    why: "An old statement says nothing about today.",
    fix: "Begin the enrolment again.",
  });
}

export function enrolmentKeyTaken(kid: string): MissionError {
  return new MissionError({
    code: "mission/enrolment_key_taken",
    what: `The key ${kid} was enrolled before. ${NOT_RECORDED}`,
    why: "A key is one person's, once: neither another's, nor back after it was revoked.",
    fix: "Make a new key.",
  });
}

export function approverNotFound(person: string, kid: string): MissionError {
  return new MissionError({
    code: "mission/approver_not_found",
    what: `"${person}" has no key ${kid} that could be revoked.`,
    why: "It was never enrolled for this person, or it was revoked before.",
    fix: "List the approvers.",
  });
}
