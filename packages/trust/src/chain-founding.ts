import { encodeBase64url } from "./base64url.ts";
import { canonicalJson } from "./canonical-json.ts";
import { commit, NONCE_BYTES } from "./commitment.ts";
import type { Entry } from "./entry.ts";
import { signFounding } from "./founding.ts";
import type { Signer } from "./signer.ts";

/** The first release of a chain that nobody governs: no agent, no tool, no rule, so everything is denied. */
export const DENY_ALL_RELEASE: string = canonicalJson({ format: "aura-release-1", agents: [], rules: [], tools: [] });
/** There is nothing to hide in it, so everybody can open its commitment: 32 zero bytes. */
export const DENY_ALL_NONCE: string = encodeBase64url(new Uint8Array(NONCE_BYTES));

/**
 * Entry 0 of a stand-alone chain. Its statement names the log key and no other, seats no approver, and commits to
 * {@link DENY_ALL_RELEASE} under {@link DENY_ALL_NONCE}. Without a root the log key signs it: the verification of such a log
 * says so (`founding.by`). @internal
 */
export async function foundingEntry(facts: {
  readonly origin: string;
  readonly namespace: string;
  readonly timeMs: number;
  readonly unit: string;
  readonly logKey: Signer;
  readonly root: Signer | undefined;
}): Promise<Entry> {
  const { origin, namespace, timeMs, unit, logKey, root = logKey } = facts;
  const release = commit(DENY_ALL_NONCE, DENY_ALL_RELEASE);
  const { kty, crv, x, kid } = logKey.publicKey;
  const statement = await signFounding(root, {
    format: "aura-founding-1",
    origin,
    namespace,
    foundedMs: timeMs,
    keys: [{ use: "log", kty, crv, x, kid }],
    constitution: { quorum: 1 },
    approvers: [],
    release,
    refounds: null,
  });
  return {
    format: "aura-entry-1",
    namespace,
    stream: "control",
    version: 1,
    fence: 0,
    unit,
    type: "namespace.founded",
    timeMs,
    actor: { id: root.publicKey.kid, custody: root === logKey ? "runtime" : "person" },
    data: { statement },
    payloads: { release },
    previous: null,
  };
}
