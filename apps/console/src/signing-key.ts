import type { JsonObject, PublicKey, Signer } from "@aura/trust";
import { hashText, publicKeyFromBytes, signJws, verifyEd25519 } from "@aura/trust";
import type { ApprovalView } from "./runtime-api.ts";

const DATABASE = "aura-console";
const KEYS = "approver-keys";
const VOTE_TYP = "aura-vote+jwt";
const ENROLMENT_TYP = "aura-enrolment+jwt";

/** A key of one person in this browser. The private half is a handle: WebCrypto signs with it and gives it to nobody. */
export interface ApproverKey {
  readonly person: string;
  readonly publicKey: PublicKey;
  readonly privateKey: CryptoKey;
  readonly createdAtMs: number;
}

/** A new Ed25519 key, not extractable, kept in IndexedDB under its kid. @throws `Error` where the browser has no Ed25519 */
export async function createApproverKey(person: string, createdAtMs: number): Promise<ApproverKey> {
  let pair: CryptoKeyPair;
  try {
    pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  } catch (error) {
    throw new Error("This browser makes no Ed25519 keys. Use a current one, or `aura approve` in a shell.", {
      cause: error,
    });
  }
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const key = { person, publicKey: publicKeyFromBytes(raw), privateKey: pair.privateKey, createdAtMs };
  await withKeys("readwrite", (keys) => keys.put(key, key.publicKey.kid));
  return key;
}

/** The keys that live in this browser, oldest first. */
export async function loadApproverKeys(): Promise<readonly ApproverKey[]> {
  const keys = (await withKeys("readonly", (store) => store.getAll())) as readonly ApproverKey[];
  return keys.toSorted((left, right) => left.createdAtMs - right.createdAtMs);
}

/** Drops a key for good. What it signed stays signed. */
export async function dropApproverKey(kid: string): Promise<void> {
  await withKeys("readwrite", (keys) => keys.delete(kid));
}

/** Proof of possession for an enrolment: signed by the new key over itself. */
export async function provePossession(key: ApproverKey, namespace: string, expiresMs: number): Promise<string> {
  const payload = { format: "aura-enrolment-1", namespace, person: key.person, key: { ...key.publicKey }, expiresMs };
  return signJws(signerOf(key), ENROLMENT_TYP, payload);
}

/**
 * Signs one choice over one exact request. Refuses when the text on the screen is not the text that the vote is bound to: then
 * a person would sign what they did not read. @throws `Error`
 */
export async function signVote(
  key: ApproverKey,
  approval: ApprovalView,
  choice: "APPROVE" | "REJECT",
): Promise<string> {
  if (!isShownText(approval))
    throw new Error("The text shown is not the text that this vote is bound to. Nothing was signed.");
  const vote: JsonObject = { ...approval.vote, choice };
  return signJws(signerOf(key), VOTE_TYP, vote);
}

/** What a cheat would sign: the same vote, bound to another text than the one that was asked about. Never counts. */
export async function signAlteredVote(key: ApproverKey, approval: ApprovalView, text: string): Promise<string> {
  const vote: JsonObject = { ...approval.vote, shown: hashText(text), choice: "APPROVE" };
  return signJws(signerOf(key), VOTE_TYP, vote);
}

/** True when the vote is bound to this very text. */
export function isShownText({ shown, vote }: Pick<ApprovalView, "shown" | "vote">): boolean {
  return hashText(shown) === vote.shown;
}

function signerOf({ publicKey, privateKey }: ApproverKey): Signer {
  return {
    publicKey,
    async sign(message) {
      const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", privateKey, Uint8Array.from(message)));
      if (!verifyEd25519(publicKey, message, signature))
        throw new Error("The browser made a signature that does not verify.");
      return signature;
    },
  };
}

async function withKeys<Result>(
  mode: IDBTransactionMode,
  act: (keys: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore(KEYS));
  const database = await settled(opening);
  try {
    const transaction = database.transaction(KEYS, mode);
    const result = await settled(act(transaction.objectStore(KEYS)));
    if (mode === "readwrite") await committed(transaction);
    return result;
  } finally {
    database.close();
  }
}

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("The browser's database failed.")));
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener("complete", () => resolve());
    transaction.addEventListener("error", () =>
      reject(transaction.error ?? new Error("The browser's database failed.")),
    );
    transaction.addEventListener("abort", () =>
      reject(transaction.error ?? new Error("The browser's database is full.")),
    );
  });
}
