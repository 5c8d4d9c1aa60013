import { CHAIN_CHARS_MAX } from "../token-chain.ts";
import { decodeUtf8 } from "../utf8.ts";
import { type Command, type Given, wrong } from "./arguments.ts";
import type { Evidence } from "./evidence-file.ts";
import { tokenAnchors } from "./token-options.ts";
import { tokenRefused } from "./token-refusal.ts";
import { verifiedTokenText } from "./token-text.ts";
import type { TokenVerification } from "./token-verification.ts";
import { refusalText } from "./verdict-text.ts";
import type { Verdict } from "./verify-command.ts";
import { typOf, verifyToken } from "./verify-token.ts";

/** Who signs these is the root, and nobody else. */
const BY_ROOT: readonly unknown[] = ["aura-keyset+jwt", "aura-founding+jwt"];
const TOO_LONG = "The file is longer than a chain of tokens may be, or is no text.";

/** A signed statement in a file, with or without a line feed at its end. */
export async function judgeTokenFile(command: Command, evidence: Evidence, given: Given): Promise<Verdict> {
  const anchors = await tokenAnchors(command, given);
  const bytes = await evidence.whole(CHAIN_CHARS_MAX + 1);
  const text = bytes && decodeUtf8(bytes)?.replace(/\n$/, "");
  const byRoot = text !== undefined && BY_ROOT.includes(typOf(text));
  if (byRoot && anchors.root === undefined)
    throw wrong(command, "--root is missing: this statement is signed by the root of its organisation.");
  if (!byRoot && anchors.keys.none && anchors.token === undefined)
    throw wrong(command, "--jwks or --key is missing: a token is verified with keys that its issuer gave you.");
  if (!byRoot && anchors.since !== undefined)
    throw wrong(
      command,
      "--since is an older checkpoint or an older key set; this file is neither a log nor a key set.",
    );
  return verdictOf(text === undefined ? tokenRefused("token_malformed", TOO_LONG) : verifyToken(text, anchors));
}

function verdictOf(verification: TokenVerification): Verdict {
  return verification.ok
    ? { json: verification, text: verifiedTokenText(verification) }
    : { json: verification, text: refusalText(verification), refused: verification };
}
