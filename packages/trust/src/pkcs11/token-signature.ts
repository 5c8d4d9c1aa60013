import { soundSignature } from "../key-signer.ts";
import type { PublicKey } from "../public-key.ts";
import { SIGNATURE_BYTES } from "../ed25519-bytes.ts";
import { CKF, CKM, type Handle } from "./cryptoki.ts";
import { pkcs11KeyUnusable, pkcs11MechanismMissing } from "./token-error.ts";
import { CKR, returnValueOf } from "./token-fault.ts";
import type { TokenSession } from "./token-session.ts";
import { isAuraError } from "../aura-error.ts";
import { encodeUtf8 } from "../utf8.ts";

/** Signed once when a key is opened. It is no signing input of any format of ours, and cannot be read as one. */
const PROBE = encodeUtf8("aura-token-probe-1");

/**
 * One signature by the token, on another thread, verified before it is released. A session does one at a time.
 * @throws `trust/signature_fault`, and what `pkcs11js` throws. @internal
 */
export async function signOnToken(
  { cryptoki, handle }: TokenSession,
  key: { readonly handle: Handle; readonly publicKey: PublicKey },
  message: Uint8Array,
): Promise<Uint8Array> {
  cryptoki.C_SignInit(handle, { mechanism: CKM.EDDSA }, key.handle);
  // Native code reads and writes these while nothing else here holds them: both must live until it has answered. An empty view
  // of a real buffer has an address, which modules ask for.
  const input = Buffer.alloc(message.length + 1).subarray(0, message.length);
  input.set(message);
  const output = Buffer.alloc(SIGNATURE_BYTES);
  const signature = Uint8Array.from(await cryptoki.C_SignAsync(handle, input, output));
  return soundSignature(key.publicKey, input, signature);
}

/**
 * Has the key sign once, so that a key that cannot sign, or whose public half is another key's, is found when it is opened.
 * @throws `trust/pkcs11_key_unusable`, and what `pkcs11js` throws. @internal
 */
export async function proveTokenKey(
  session: TokenSession,
  key: { readonly handle: Handle; readonly publicKey: PublicKey },
  words: string,
): Promise<void> {
  try {
    await signOnToken(session, key, PROBE);
  } catch (error) {
    if (!isAuraError(error, "trust/signature_fault")) throw error;
    throw pkcs11KeyUnusable(session.token, words, "made a signature that its public half does not verify", error);
  }
}

/** @throws `trust/pkcs11_mechanism_missing`. @internal */
export function requireMechanism({ cryptoki, slot, token }: TokenSession, use: "sign" | "generate"): void {
  const [mechanism, flag, words] =
    use === "sign"
      ? [CKM.EDDSA, CKF.SIGN, "cannot sign with Ed25519"]
      : [CKM.EC_EDWARDS_KEY_PAIR_GEN, CKF.GENERATE_KEY_PAIR, "cannot make Ed25519 keys"];
  let flags = 0;
  try {
    flags = cryptoki.C_GetMechanismInfo(slot, mechanism).flags;
  } catch (error) {
    if (returnValueOf(error) !== CKR.MECHANISM_INVALID) throw error;
  }
  if ((flags & flag) === 0) throw pkcs11MechanismMissing(token, words);
}
