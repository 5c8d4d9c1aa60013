import { TrustError } from "./trust-error.ts";

/** Failures of the audit chain and its stores. `where` names a store: a folder, or "in memory". */
export function chainForeign(where: string, problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/chain_foreign",
    what: `The audit chain ${where} ${problem}.`,
    why: "Nothing is written to what is not this chain: neither would verify afterwards.",
    fix: "Choose an empty or a new place, or open the chain with the origin and the keys that it was founded with.",
    cause,
  });
}

export function chainOwned(where: string, owner: string): TrustError {
  return new TrustError({
    code: "trust/chain_owned",
    what: `The audit chain ${where} is open already: ${owner}.`,
    why: "Two writers would fork it.",
    fix: "Close it there first, or send entries to the process that has it open.",
  });
}

export function chainFull(where: string, cause: unknown): TrustError {
  return new TrustError({
    code: "trust/chain_full",
    what: `There is no room for more of the audit chain ${where}.`,
    why: "The operating system refused to store more; nothing of what was to be appended stands.",
    fix: "Make room and append again; what was acknowledged before is safe.",
    cause,
  });
}

export function chainDamaged(where: string, problem: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/chain_damaged",
    what: `The audit chain ${where} ${problem}.`,
    why: "Acknowledged entries are missing or changed; going on would hide that.",
    fix: "Keep it as it is for the investigation, and restore a copy or found a new chain that says so.",
    cause,
  });
}

export function chainUnsure(where: string, cause?: unknown): TrustError {
  return new TrustError({
    code: "trust/chain_unsure",
    what: `Whether the last entries of the audit chain ${where} are stored is not known.`,
    why: "The operating system failed in the middle of a write, and may fail to say what it kept.",
    fix: "Close the chain and open it again: it then tells what stands. Repair the disk if it goes on.",
    cause,
  });
}

export function chainUnusable(where: string, cause: unknown): TrustError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  return new TrustError({
    code: "trust/chain_unusable",
    what: `The audit chain ${where} cannot be read or written (${code}).`,
    why: "The operating system refused.",
    fix: "Check that the folder exists and is local, and that this user may use it.",
    cause,
  });
}

export function chainClosed(where: string): TrustError {
  return new TrustError({
    code: "trust/chain_closed",
    what: `The audit chain ${where} is not open.`,
    why: "It was closed, or never opened; another owner may have it by now.",
    fix: "Open it again with openAuditChain.",
  });
}

export function entryTooLarge(bytes: number, bytesMax: number): TrustError {
  return new TrustError({
    code: "trust/entry_too_large",
    what: `The entry is ${bytes} bytes long; at most ${bytesMax} are allowed.`,
    why: "Entries travel in C2SP bundles, which cap their size.",
    fix: "Keep large texts outside the chain and put a commitment to them (commit) into payloads.",
  });
}

export function outcomeUnrecorded(tool: string, seq: number, cause: unknown): TrustError {
  return new TrustError({
    code: "trust/outcome_unrecorded",
    what: `The tool ${tool} has run, but its outcome could not be recorded; its intent is entry ${seq}.`,
    why: "The audit chain refused the outcome after the effect.",
    fix: "Do not run it again for that reason. Find out what it did, then append the outcome by hand; the cause says why the chain refused.",
    cause,
  });
}
