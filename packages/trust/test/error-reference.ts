import * as chain from "../src/chain-error.ts";
import * as command from "../src/cli/command-error.ts";
import { type KeySetReason, keySetRefused, type StatementReason, statementRefused } from "../src/cli/token-refusal.ts";
import * as enrolment from "../src/enrolment-refusal.ts";
import * as guard from "../src/guard-refusal.ts";
import * as keyFile from "../src/key-file-error.ts";
import * as logError from "../src/log-error.ts";
import * as log from "../src/log-refusal.ts";
import * as receipt from "../src/receipt-refusal.ts";
import { refusal, type RefusalReason } from "../src/refusal.ts";
import * as orgLog from "../src/org-log-error.ts";
import * as anchor from "../src/org-log-refusal.ts";
import * as proof from "../src/tlog-proof.ts";
import * as token from "../src/pkcs11/token-error.ts";
import * as trust from "../src/trust-error.ts";
import * as witness from "../src/witness-error.ts";
import * as witnesses from "../src/witness-refusal.ts";

const STORE = "in /var/lib/aura/audit";
const KEY_FILE = "/var/lib/aura/agent.key";
const MODULE = "/usr/lib/softhsm/libsofthsm2.so";
const TOKEN = 'token "ceremony"';

/** What happens is the sentence of the refusal; this is what to do about it. */
const CALL_FIXES = {
  credential_missing: "Send the agent's credential with the call.",
  credential_malformed: "Send the credential exactly as its issuer wrote it.",
  credential_foreign: "Use a credential of the organisation and namespace that this tool belongs to.",
  credential_tampered: "Send the credential as it was issued; if it was, have it issued anew.",
  credential_not_yet_valid: "Set the clocks of the issuer and of this machine right.",
  credential_expired: "Have a new credential issued and call again.",
  credential_revoked: "Find out why the agent was revoked. If it may work again, register it anew.",
  credential_suspended: "Ask who suspended the agent. Its credential and tokens work again once it is reactivated.",
  token_missing: "Send the execution token with the call.",
  token_malformed: "Send the execution token exactly as its issuer wrote it.",
  token_foreign: "Use an execution token of an issuer that this tool trusts, or add the issuer to its anchors.",
  token_tampered: "Send the execution token as it was minted; if it was, have one minted anew.",
  token_not_yet_valid: "Set the clocks of the issuer and of this machine right.",
  token_expired: "Have a new execution token minted and call again.",
  token_revoked: "Find out why the mission or the agent was revoked; only a new token works after that.",
  token_suspended: "Ask who suspended that agent. What it handed on works again once it is reactivated.",
  token_other_credential: "Send the credential that the execution token was minted for.",
  delegation_wrong_key: "Sign each link with the key that the token before it is bound to.",
  delegation_broken: "Pass the chain on as it was received and add one link at its end with delegateToken.",
  delegation_too_deep: "Delegate from a token nearer to the root.",
  delegation_wider: "Grant in a link only what the token before it grants.",
  delegation_other_agent: "Tell the verifier how the epoch of that agent stands, or delegate within one agent.",
  authority: "Have a token minted at a level within the credential's ceiling.",
  proof_missing: "Sign the call with proveCall and send the proof.",
  proof_malformed: "Make the proof with proveCall and send it as it is.",
  proof_wrong_key: "Sign the proof with the key that the credential names.",
  proof_tampered: "Send the proof as it was made.",
  proof_not_yet_valid: "Set the clocks of the agent and of this machine right.",
  proof_expired: "Make a new proof right before the call.",
  proof_other_call: "Make a proof over this very call.",
  proof_other_arguments: "Make a proof over these very arguments.",
  proof_other_token: "Make a proof for the execution token that goes with it.",
  audience: "Have a token minted for this enforcement point, and name it in the proof.",
  evidence_stale: "Let the verifier learn the newest epochs, then call again.",
  mission: "Use the execution token of this mission.",
  boundary: "Use an execution token that was minted for the mission's frozen boundary.",
  tool_not_granted: "Use a tool that the mission names, or create a mission that names this one.",
  argument_refused: "Keep the arguments within the constraints of the mission.",
} as const satisfies Record<RefusalReason, string>;

const GUARD_FIXES = {
  method_refused: "Send the call as a POST.",
  media_type_refused: "Send the arguments as application/json.",
  arguments_too_large: "Put the content where the tool can read it and pass a reference.",
  arguments_malformed: "Write the arguments with canonicalJson and send those bytes.",
  call_malformed: "Send name, arguments and _meta of an MCP tools/call.",
  presented_twice: "Send each of them once.",
  nonce_missing: "Send the nonce that the proof's commitment was made with.",
  nonce_malformed: "Make the nonce with newNonce and send it as it is.",
  proof_replayed: "Make a new proof for a new call. If you did, somebody replays your calls: look into the log.",
  replay_unknown: "Make a new proof and call again.",
  replay_full: "Call again later, or give the guard replay marks with more room.",
  replay_unavailable: "Call again later, and repair the store of the replay marks.",
  evidence_unavailable: "Call again later, and repair the source of the epochs.",
  evidence_too_old: "Let the guard learn the newest epochs, then call again.",
} as const satisfies Record<Parameters<typeof guard.guardRefusal>[0], string>;

const NEW_CHALLENGE = "Ask for a new challenge and answer it at once.";
const ENROLMENT_FIXES = {
  challenge_malformed: "Send the challenge exactly as its issuer wrote it.",
  challenge_foreign: "Answer a challenge of this issuer and send the answer to the service that it names.",
  challenge_tampered: "Send the challenge as it was issued.",
  challenge_not_yet_valid: "Set the clocks of the issuer's machines right.",
  challenge_expired: NEW_CHALLENGE,
  challenge_used: "Ask for a new challenge. If its answer was not yours, somebody else has enrolled: revoke the agent.",
  challenge_unknown: NEW_CHALLENGE,
  challenges_full: "Enrol again later, or give the issuer replay marks with more room.",
  challenges_unavailable: "Enrol again later, and repair the store of the replay marks.",
  possession_malformed: "Make the answer with answerChallenge and send it as it is.",
  possession_wrong_key: "Sign the answer with the key that it names.",
  possession_tampered: "Send the answer as it was made.",
  possession_other_challenge: "Answer the very challenge that is sent along.",
  possession_issuer_key: "Give the agent a key of its own.",
} as const satisfies Record<enrolment.EnrolmentRefusalReason, string>;

const ENROLMENT_WHY =
  "A credential is issued only to who has proven its key, over a challenge that was never answered before.";
const CALL_WHY =
  "A call is verified whole before a tool acts on it; what does not hold is refused by its first reason.";
const GUARD_WHY = "A guard lets through only what it could verify, and a failure on its side is never a yes.";

function prefixed<Told>(codes: Readonly<Record<string, Told>>): Record<string, Told> {
  return Object.fromEntries(Object.entries(codes).map(([reason, told]) => [`trust/${reason}`, told]));
}

function entriesOf<Key extends string>(fixes: Readonly<Record<Key, string>>): readonly [Key, string][] {
  return Object.entries(fixes) as [Key, string][];
}

export const errorReference = [
  {
    met: "Thrown by `@aura/trust` as a `TrustError`.",
    source: "packages/trust/src/trust-error.ts",
    codes: {
      "trust/not_json": [trust.notJson("$.amount", "is not a finite number")],
      "trust/not_canonical": [trust.notCanonical("is not in the one spelling that RFC 8785 gives it")],
      "trust/not_base64url": [trust.notBase64url()],
      "trust/not_unicode": [trust.notUnicode()],
      "trust/nonce_refused": [trust.nonceRefused()],
      "trust/key_refused": [trust.keyRefused("is not of kty OKP and crv Ed25519")],
      "trust/seed_refused": [trust.seedRefused()],
      "trust/signature_fault": [trust.signatureFault("kAGGnwvq7SDDSUFMnVFHWAqJgVpMY0hXBKIuQDkxRNs")],
      "trust/claims_refused": [trust.claimsRefused("exp", "is not after iat")],
      "trust/parent_refused": [trust.parentRefused("is signed by a key that is not bound to it")],
      "trust/challenge_refused": [trust.challengeRefused("is for another agent")],
      "trust/enrolment_spent": [trust.enrolmentSpent()],
      "trust/key_set_refused": [trust.keySetRefused("uses a key for two purposes")],
      "trust/constraint_malformed": [trust.constraintMalformed("amount/max", "is not a decimal number in text")],
      "trust/random_failed": [trust.randomFailed()],
      "trust/key_file_exists": [keyFile.keyFileExists(KEY_FILE)],
      "trust/key_file_missing": [keyFile.keyFileMissing(KEY_FILE)],
      "trust/key_file_exposed": [keyFile.keyFileExposed(KEY_FILE)],
      "trust/key_file_foreign": [keyFile.keyFileForeign(KEY_FILE, "does not hold a key")],
      "trust/key_file_unusable": [keyFile.keyFileUnusable(KEY_FILE, systemError("EIO"))],
      "trust/key_file_locked": [keyFile.keyFileLocked(KEY_FILE)],
      "trust/passphrase_refused": [keyFile.passphraseRefused("has fewer than 12 bytes")],
      "trust/private_key_refused": [trust.privateKeyRefused("is not an Ed25519 key")],
      "trust/pkcs11_missing": [token.pkcs11Missing("absent"), token.pkcs11Missing("unbuilt")],
      "trust/pkcs11_module_unusable": [token.pkcs11ModuleUnusable(MODULE, "cannot be loaded as one")],
      "trust/pkcs11_token_not_found": [token.pkcs11TokenNotFound(TOKEN, "is not there")],
      "trust/pkcs11_pin_refused": [token.pkcs11PinRefused(TOKEN, "is wrong")],
      "trust/pkcs11_pin_locked": [token.pkcs11PinLocked(TOKEN, "is locked")],
      "trust/pkcs11_key_not_found": [token.pkcs11KeyNotFound(TOKEN, '"root"')],
      "trust/pkcs11_key_ambiguous": [token.pkcs11KeyAmbiguous(TOKEN, '"root"', "is there 2 times")],
      "trust/pkcs11_key_exists": [token.pkcs11KeyExists(TOKEN, '"root"')],
      "trust/pkcs11_key_extractable": [token.pkcs11KeyExtractable(TOKEN, '"root"', "can be taken off the token")],
      "trust/pkcs11_key_unusable": [token.pkcs11KeyUnusable(TOKEN, '"root"', "may not sign")],
      "trust/pkcs11_mechanism_missing": [token.pkcs11MechanismMissing(TOKEN, "cannot sign with Ed25519")],
      "trust/pkcs11_token_lost": [token.pkcs11TokenLost(TOKEN)],
      "trust/pkcs11_token_failed": [token.pkcs11TokenFailed(TOKEN, "CKR_DEVICE_MEMORY")],
      "trust/pkcs11_closed": [token.pkcs11Closed(TOKEN)],
      "trust/not_an_entry": [logError.notAnEntry("is malformed in its members")],
      "trust/origin_refused": [logError.originRefused("holds a space")],
      "trust/verifier_key_malformed": [logError.verifierKeyMalformed("has not three parts")],
      "trust/founding_malformed": [logError.foundingMalformed("keys")],
      "trust/tree_refused": [logError.treeRefused("has 3 leaves, and the proof asks for leaf 5")],
      "trust/log_line_too_long": [logError.logLineTooLong(7, 1_048_576)],
      "trust/log_line_unended": [logError.logLineUnended(7)],
      "trust/log_not_utf8": [logError.logNotUtf8(7)],
      "trust/chain_foreign": [chain.chainForeign(STORE, "was founded under another key")],
      "trust/chain_owned": [chain.chainOwned(STORE, "by process 4711")],
      "trust/chain_full": [chain.chainFull(STORE, systemError("ENOSPC"))],
      "trust/chain_damaged": [chain.chainDamaged(STORE, "misses entry 12")],
      "trust/chain_unsure": [chain.chainUnsure(STORE)],
      "trust/chain_unusable": [chain.chainUnusable(STORE, systemError("EACCES"))],
      "trust/chain_closed": [chain.chainClosed(STORE)],
      "trust/entry_too_large": [chain.entryTooLarge(70_000, 65_535)],
      "trust/outcome_unrecorded": [chain.outcomeUnrecorded("pay", 12, systemError("ENOSPC"))],
      "trust/cosignature_refused": [witness.cosignatureRefused("is over no checkpoint")],
      "trust/witness_state_damaged": [witness.witnessStateDamaged("in /var/lib/witness", "is not what it signed")],
      "trust/namespace_refused": [orgLog.namespaceRefused("example.com/aura/shop", "is registered with another key")],
      "trust/not_anchored": [orgLog.notAnchored("example.com/aura/shop")],
      "trust/org_log_damaged": [orgLog.orgLogDamaged("in /var/lib/org-log", "was set back")],
      "trust/tick_refused": [orgLog.tickRefused("was 1000 ms long, and cannot be 60000")],
    } satisfies Record<trust.TrustErrorCode, readonly trust.TrustError[]>,
  },
  {
    met: "Said by the command `aura-trust`, which then verifies nothing.",
    source: "packages/trust/src/cli/command-error.ts",
    codes: {
      "trust/usage": [
        command.usage(
          "verify needs the option --key.",
          "Without the right key nothing about a file can be said.",
          "Pass the verifier key that its owner published: --key <file or key>.",
        ),
      ],
      "trust/file_unreadable": [command.fileUnreadable("log.jsonl", "ENOENT")],
      "trust/file_unwritable": [command.fileUnwritable("log.jsonl", "ENOSPC")],
      "trust/file_exists": [command.fileExists("log.jsonl")],
      "trust/nothing_signed": [command.nothingSigned("/var/lib/aura/audit", "newest")],
    } satisfies Record<command.CommandErrorCode, readonly command.CommandError[]>,
  },
  {
    met: "The reason for which `aura-trust verify` does not accept a key set, a founding statement, an outcome, a vote or an enrolment; it says it without `trust/`.",
    source: "packages/trust/src/cli/token-refusal.ts",
    codes: prefixed({
      key_set_malformed: [keySetRefused("key_set_malformed")],
      key_set_wrong_key: [keySetRefused("key_set_wrong_key")],
      key_set_forged: [keySetRefused("key_set_forged")],
      key_set_other_origin: [keySetRefused("key_set_other_origin")],
      key_set_purpose_shared: [keySetRefused("key_set_purpose_shared")],
      key_set_rolled_back: [keySetRefused("key_set_rolled_back")],
      key_set_forked: [keySetRefused("key_set_forked")],
      key_set_not_yet_valid: [keySetRefused("key_set_not_yet_valid")],
      key_set_expired: [keySetRefused("key_set_expired")],
      statement_malformed: [statementRefused("statement_malformed", "The outcome")],
      statement_wrong_key: [statementRefused("statement_wrong_key", "The outcome")],
      statement_tampered: [statementRefused("statement_tampered", "The outcome")],
    } satisfies Record<KeySetReason | StatementReason, readonly ReturnType<typeof keySetRefused>[]>),
  },
  {
    met: "The reason for which `verifyCall`, a guard or the runtime refuses a call: nothing was done.",
    source: "packages/trust/src/refusal.ts",
    codes: prefixed(
      Object.fromEntries(
        entriesOf(CALL_FIXES).map(([reason, fix]) => [reason, [{ what: refusal(reason).detail, why: CALL_WHY, fix }]]),
      ),
    ),
  },
  {
    met: "The reason for which `verifyEnrolment` refuses the answer to a challenge: no credential is issued.",
    source: "packages/trust/src/enrolment-refusal.ts",
    codes: prefixed(
      Object.fromEntries(
        entriesOf(ENROLMENT_FIXES).map(([reason, fix]) => [
          reason,
          [{ what: enrolment.enrolmentRefusal(reason).detail, why: ENROLMENT_WHY, fix }],
        ]),
      ),
    ),
  },
  {
    met: "The reason for which a guard in front of a tool refuses a call: nothing was done.",
    source: "packages/trust/src/guard-refusal.ts",
    codes: prefixed(
      Object.fromEntries(
        entriesOf(GUARD_FIXES).map(([reason, fix]) => [
          reason,
          [{ what: guard.guardRefusal(reason).detail, why: GUARD_WHY, fix }],
        ]),
      ),
    ),
  },
  {
    met: "The reason for which `verifyLog`, `verifyReceipt` and `aura-trust verify` do not accept a log; they say it without `trust/`.",
    source: "packages/trust/src/log-refusal.ts",
    codes: prefixed({
      empty: [log.emptyLog()],
      malformed_header: [log.malformedHeader()],
      malformed_line: [log.malformedLine(7, "is not canonical JSON")],
      oversized_line: [log.oversizedLine(7, 1_048_576)],
      wrong_origin: [log.wrongOrigin("example.com/aura/shop", "example.com/aura/bank")],
      wrong_namespace: [log.wrongNamespace({ line: 7 }, "bank", "shop")],
      wrong_key: [log.checkpointRefused("unsigned")],
      checkpoint_forged: [log.checkpointRefused("forged")],
      older_checkpoint_refused: [log.olderCheckpointRefused("unsigned")],
      entry_altered: [log.entryAltered(5, "Entry 5 does not have the hash that its line names.")],
      entry_dropped: [log.entryDropped(5, "Entry 5 is missing.")],
      entry_repeated: [log.entryRepeated(5, "Entry 5 stands twice.")],
      entries_reordered: [log.entriesReordered(5, "Entry 5 stands after entry 6.")],
      fence_broken: [log.fenceBroken(5, "mission/m1")],
      time_backwards: [log.timeBackwards(5, "mission/m1")],
      truncated: [
        log.truncatedLog("The log ends after 5 of 9 entries.", "The checkpoint covers more than the file holds."),
      ],
      unsigned_tail: [log.unsignedTail(9, 11)],
      rewritten: [
        log.rewrittenLog(
          "The log does not start with the entries that the older checkpoint covers.",
          "A log only grows: what was signed once stays.",
        ),
      ],
      not_founded: [log.notFounded("is not a founding statement")],
      founding_forged: [log.foundingForged("wrong_key")],
      log_key_foreign: [log.logKeyForeign()],
      unknown_format: [log.unknownFormat({ format: "aura-entry-9", line: 7, seq: 5 })],
      refounded: [log.refoundedLog(9, ", and entries 5 to 8 were lost")],
      unwitnessed: [witnesses.unwitnessed(["witness.example/w1"], ["witness.example/w1", "witness.example/w2"], 2)],
      cosignature_forged: [witnesses.cosignatureForged(["witness.example/w1"])],
      malformed_proof: [proof.malformedProof()],
    } satisfies Record<log.LogRefusalReason, readonly log.LogRefusal[]>),
  },
  {
    met: "The reason for which `verifyReceipt` and `aura-trust verify` do not accept a receipt; they say it without `trust/`.",
    source: "packages/trust/src/receipt-refusal.ts",
    codes: prefixed({
      malformed_receipt: [receipt.malformedReceipt()],
      entry_altered: [receipt.notInTheLog(5)],
      foreign_entry: [receipt.foreignEntry(5, "belongs to another mission")],
      not_sealed: [receipt.notSealed()],
      outcome_forged: [receipt.outcomeForged(9, "is not signed by an outcome key")],
      outcome_contradicted: [receipt.outcomeContradicted(9, "says COMPLETED, and the mission expired")],
      incomplete: [receipt.incompleteReceipt("The entries of stream mission/m1 end before the outcome says so.")],
      payload_altered: [receipt.payloadAltered("The text of entry 5 is not the one that was committed to.")],
      custody_misstated: [receipt.misstated("The receipt says another custody than its entries.")],
      vote_missing: [receipt.voteMissing(5, "rests on a vote whose signature is not shown")],
      vote_forged: [receipt.voteForged(5, "was not signed by a key that counted for that person then")],
    } satisfies Record<
      Exclude<receipt.ReceiptRefusalReason, Exclude<log.LogRefusalReason, "entry_altered">>,
      readonly receipt.ReceiptRefusal[]
    >),
  },
  {
    met: "The reason for which `verifyAnchored` and `verifyOrgLog` do not accept an anchored checkpoint or an org log; they say it without `trust/`.",
    source: "packages/trust/src/org-log-refusal.ts",
    codes: prefixed({
      malformed_anchor: [anchor.malformedAnchor()],
      unknown_format: [anchor.unknownAnchor("aura-anchor-9")],
      not_a_tick: [anchor.notATick(5)],
      namespace_wrong_key: [anchor.namespaceUnsigned("unsigned")],
      namespace_forged: [anchor.namespaceUnsigned("forged")],
      not_in_tick: [anchor.notInTick(29_733_334)],
      not_covered: [anchor.notCovered(9, 5)],
      other_history: [anchor.otherHistory(5, 5)],
      tick_miscounted: [anchor.tickMiscounted(7, 29_733_334, 29_733_334)],
    } satisfies Record<anchor.AnchorRefusalReason, readonly anchor.AnchorRefusal[]>),
  },
];

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
