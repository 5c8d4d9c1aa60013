import { shown, table, time } from "./terminal.ts";
import type { TokenNotChecked, TokenType, VerifiedToken } from "./token-verification.ts";

const NAMES: Readonly<Record<TokenType, string>> = {
  credential: "this is the credential of",
  execution_token: "this is an execution token of",
  call_proof: "this is the proof of the call",
  challenge: "this is an enrolment challenge for",
  possession: "this is the answer to an enrolment challenge by the key",
  key_set: "this is the key set of",
  founding: "this founds the log",
  outcome: "this is the outcome of mission",
  vote: "this is a vote on mission",
  enrolment: "this is the enrolment of person",
};

const NOT_CHECKED: Readonly<Record<TokenNotChecked, readonly [name: string, sentence: string]>> = {
  key_purpose: [
    "key purpose",
    "The keys came without their purposes: one that was made for something else would count. A key set that the root signed (--jwks, --root) says them.",
  ],
  origin: ["origin", "No --origin was given: it may be of another organisation or namespace."],
  audience: ["audience", "No --audience was given: it may be meant for another service."],
  revocation: [
    "revocation",
    "Not every revocation epoch was given (--epoch SCOPE=N): whether it was taken back since is not known.",
  ],
  status: ["status", "How the agent stands was not given (--statuses FILE): it may be suspended."],
  possession: ["possession", "Whoever shows it may not hold its key: only a call proof shows that."],
  credential: ["credential", "The credential that it was shown with was not given (--credential FILE)."],
  token: ["token", "The execution token that it was shown with was not given (--token FILE)."],
  replay: ["replay", "Whether it was used before only the service that takes it knows."],
  arguments: ["arguments", "It commits to the arguments of the call; they are not in it."],
  challenge: ["challenge", "Which challenge it answers was not looked at: the enrolment service does that."],
  older_key_set: ["older key set", "No older key set was given (--since FILE): keys that were taken out may be back."],
  record: [
    "record",
    "What it means stands in the record that it belongs to: verify the log, or the receipt, for that.",
  ],
};

/** The verdict first, then what it does not cover, then what the statement says. */
export function verifiedTokenText({ type, signedBy, claims, notChecked }: VerifiedToken): string {
  const without =
    notChecked.length === 0 ? "" : ` (without ${notChecked.map((what) => NOT_CHECKED[what][0]).join(", ")})`;
  return [
    `OK${without}: ${NAMES[type]} ${shown(String(subjectOf(claims as Claims)))}.\n`,
    ...notChecked.map((what) => `NOT CHECKED: ${NOT_CHECKED[what][1]}\n`),
    table([
      ["signed by key", signedBy],
      ...Object.entries(claims).map(([name, value]) => [name, textOf(name, value)] as const),
    ]),
  ].join("");
}

type Claims = { readonly [name: string]: unknown };

/** Whom or what it is about; each type names one of these. */
function subjectOf(claims: Claims): unknown {
  const { sub, credential, call, origin, person, mission, key } = claims;
  if (sub !== undefined) return sub;
  if (credential !== undefined) return (credential as Claims)["sub"];
  if (person !== undefined) return person;
  if (origin !== undefined) return origin;
  if (mission !== undefined) return mission;
  return call ?? (key as Claims | undefined)?.["kid"];
}

function textOf(name: string, value: unknown): string {
  if ((name === "iat" || name === "exp") && typeof value === "number") return time(value * 1_000);
  if (name.endsWith("Ms") && typeof value === "number") return time(value);
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "none");
}
