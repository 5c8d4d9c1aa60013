import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { CKA, CKF, CKM, type Cryptoki, type Handle } from "../src/pkcs11/cryptoki.ts";
import { CKR } from "../src/pkcs11/token-fault.ts";

/** A return value, as `pkcs11js` throws it. */
class ReturnValue extends Error {
  readonly code: number;

  constructor(code: number) {
    super(Object.entries(CKR).find(([, value]) => value === code)?.[0] ?? "CKR_VENDOR_DEFINED");
    this.code = code;
  }
}

interface FakeObject {
  readonly handle: Handle;
  readonly attributes: Map<number, Buffer>;
  readonly secret?: KeyObject;
}

export const FAKE_PIN = "123456";
const LABEL = "ceremony";

/**
 * A PKCS #11 module with one token in memory, which does what is asked of it and fails on purpose. It is stricter than modules
 * are: handles of an ended session, and two signatures at once in one, are refused.
 */
export class FakeToken implements Cryptoki {
  flags: number = CKF.TOKEN_INITIALIZED;
  labels: readonly string[] = [LABEL];
  isPresent = true;
  /** Sees the token again only after it was started anew, like a module in software. */
  needsRestart = false;
  mechanisms: ReadonlyMap<number, number> = new Map<number, number>([
    [CKM.EDDSA, CKF.SIGN],
    [CKM.EC_EDWARDS_KEY_PAIR_GEN, CKF.GENERATE_KEY_PAIR],
  ]);
  /** What the private half of a new key says besides what it was asked to. */
  quirks: ReadonlyMap<number, Buffer> = new Map();
  /** Alters a signature before it is given out. */
  damage: (signature: Buffer) => Buffer = (signature) => signature;
  curves: readonly string[] = ["06032b6570"];
  pinTries = 0;
  signing = 0;
  signed = 0;
  readonly calls: string[] = [];
  readonly objects: FakeObject[] = [];
  readonly #fails = new Map<string, number[]>();
  readonly #sessions = new Set<string>();
  #isInitialised = false;
  #isLoggedIn = false;
  #next = 1;
  #search: readonly Handle[] = [];
  #active: FakeObject | undefined;

  /** The next call of `name` returns this value. */
  fail(name: keyof Cryptoki, value: number): void {
    this.#fails.set(name, [...(this.#fails.get(name) ?? []), value]);
  }

  /** Ends every session, as a token does that is pulled out. */
  pull(): void {
    this.isPresent = false;
    this.#sessions.clear();
    this.#isLoggedIn = false;
  }

  plugIn(): void {
    this.isPresent = true;
  }

  /** Says something else of every private key from here on. */
  alter(attribute: number, value: Buffer): void {
    for (const { attributes, secret } of this.objects) if (secret !== undefined) attributes.set(attribute, value);
  }

  get openSessions(): number {
    return this.#sessions.size;
  }

  C_Initialize(): void {
    this.#enter("C_Initialize");
    if (this.#isInitialised) throw new ReturnValue(CKR.CRYPTOKI_ALREADY_INITIALIZED);
    this.#isInitialised = true;
    this.needsRestart = false;
  }

  C_Finalize(): void {
    this.#enter("C_Finalize");
    this.#sessions.clear();
    this.#isInitialised = false;
    this.#isLoggedIn = false;
  }

  C_GetSlotList(): Handle[] {
    this.#enter("C_GetSlotList");
    if (!this.#isInitialised) throw new ReturnValue(CKR.CRYPTOKI_NOT_INITIALIZED);
    return this.isPresent && !this.needsRestart ? this.labels.map((_, slot) => handleOf(slot)) : [];
  }

  C_GetTokenInfo(slot: Handle): ReturnType<Cryptoki["C_GetTokenInfo"]> {
    this.#enter("C_GetTokenInfo");
    const at = slot.readUInt32LE();
    const [label, serialNumber] = [(this.labels[at] ?? "").padEnd(32), `00${at}`.padEnd(16)];
    return { label, serialNumber, flags: this.flags } as ReturnType<Cryptoki["C_GetTokenInfo"]>;
  }

  C_GetMechanismInfo(_slot: Handle, mechanism: number): ReturnType<Cryptoki["C_GetMechanismInfo"]> {
    this.#enter("C_GetMechanismInfo");
    const flags = this.mechanisms.get(mechanism);
    if (flags === undefined) throw new ReturnValue(CKR.MECHANISM_INVALID);
    return { flags, minKeySize: 256, maxKeySize: 256 };
  }

  C_OpenSession(): Handle {
    this.#enter("C_OpenSession");
    const session = this.#newHandle();
    this.#sessions.add(session.toString("hex"));
    return session;
  }

  C_CloseSession(session: Handle): void {
    this.#enter("C_CloseSession", session);
    this.#sessions.delete(session.toString("hex"));
    if (this.#sessions.size === 0) this.#isLoggedIn = false;
  }

  C_Login(session: Handle, _user: number, pin?: string): void {
    this.#enter("C_Login", session);
    if (this.#isLoggedIn) throw new ReturnValue(CKR.USER_ALREADY_LOGGED_IN);
    this.pinTries += 1;
    if (pin !== FAKE_PIN) throw new ReturnValue(CKR.PIN_INCORRECT);
    this.#isLoggedIn = true;
  }

  C_FindObjectsInit(session: Handle, template: Parameters<Cryptoki["C_FindObjectsInit"]>[1]): void {
    this.#enter("C_FindObjectsInit", session);
    const asked = template.map(({ type, value }) => [type, bytesOf(value)] as const);
    this.#search = this.objects
      .filter(({ secret }) => secret === undefined || this.#isLoggedIn)
      .filter(({ attributes }) => asked.every(([type, value]) => attributes.get(type)?.equals(value) === true))
      .map(({ handle }) => handle);
  }

  C_FindObjects(session: Handle): Handle | null;
  C_FindObjects(session: Handle, count: number): Handle[];
  C_FindObjects(session: Handle, count = 1): Handle | null | Handle[] {
    this.#enter("C_FindObjects", session);
    return this.#search.slice(0, count);
  }

  C_FindObjectsFinal(session: Handle): void {
    this.#enter("C_FindObjectsFinal", session);
  }

  C_GetAttributeValue(
    session: Handle,
    object: Handle,
    [asked]: Parameters<Cryptoki["C_GetAttributeValue"]>[2],
  ): ReturnType<Cryptoki["C_GetAttributeValue"]> {
    this.#enter("C_GetAttributeValue", session);
    const value = this.#object(object).attributes.get(asked?.type ?? -1);
    if (value === undefined) throw new ReturnValue(CKR.ATTRIBUTE_TYPE_INVALID);
    return [{ type: asked?.type ?? -1, value }];
  }

  C_DestroyObject(session: Handle, object: Handle): void {
    this.#enter("C_DestroyObject", session);
    this.objects.splice(this.objects.indexOf(this.#object(object)), 1);
  }

  async C_GenerateKeyPairAsync(
    ...[session, , forPublic, forPrivate]: Parameters<Cryptoki["C_GenerateKeyPairAsync"]>
  ): ReturnType<Cryptoki["C_GenerateKeyPairAsync"]> {
    this.#enter("C_GenerateKeyPairAsync", session);
    const parameters = bytesOf(forPublic.find(({ type }) => type === CKA.EC_PARAMS)?.value);
    if (!this.curves.includes(parameters.toString("hex"))) throw new ReturnValue(CKR.CURVE_NOT_SUPPORTED);
    const { privateKey } = generateKeyPairSync("ed25519");
    const stayed: [number, boolean][] = [
      [CKA.ALWAYS_SENSITIVE, true],
      [CKA.NEVER_EXTRACTABLE, true],
      [CKA.ALWAYS_AUTHENTICATE, false],
    ];
    return {
      publicKey: this.add([...pairs(forPublic), [CKA.EC_POINT, derPoint(privateKey)]]),
      privateKey: this.add(
        [
          ...pairs(forPrivate),
          [CKA.EC_PARAMS, parameters],
          ...stayed.map(([type, value]) => [type, bytesOf(value)] as const),
          ...this.quirks,
        ],
        privateKey,
      ),
    };
  }

  C_SignInit(session: Handle, _mechanism: unknown, key: Handle): void {
    this.#enter("C_SignInit", session);
    if (this.#active !== undefined) throw new ReturnValue(CKR.OPERATION_ACTIVE);
    this.#active = this.#object(key);
  }

  async C_SignAsync(session: Handle, input: Buffer): Promise<Buffer> {
    this.#enter("C_SignAsync", session);
    const secret = this.#active?.secret;
    this.signing += 1;
    await new Promise((resolve) => setImmediate(resolve));
    this.signing -= 1;
    this.signed += 1;
    this.#active = undefined;
    if (secret === undefined) throw new ReturnValue(CKR.OPERATION_NOT_INITIALIZED);
    return this.damage(sign(null, input, secret));
  }

  add(attributes: Iterable<readonly [number, Buffer]>, secret?: KeyObject): Handle {
    const handle = this.#newHandle();
    this.objects.push({ handle, attributes: new Map(attributes), ...(secret === undefined ? {} : { secret }) });
    return handle;
  }

  #enter(name: keyof Cryptoki, session?: Handle): void {
    this.calls.push(name);
    const value = this.#fails.get(name)?.shift();
    if (value !== undefined) throw new ReturnValue(value);
    if (session !== undefined && !this.#sessions.has(session.toString("hex")))
      throw new ReturnValue(CKR.SESSION_HANDLE_INVALID);
  }

  #object(handle: Handle): FakeObject {
    const found = this.objects.find((object) => object.handle.equals(handle));
    if (found === undefined) throw new ReturnValue(CKR.OBJECT_HANDLE_INVALID);
    return found;
  }

  #newHandle(): Handle {
    return handleOf(this.#next++);
  }
}

function handleOf(number: number): Handle {
  const handle = Buffer.alloc(8);
  handle.writeUInt32LE(number);
  return handle;
}

function pairs(template: Parameters<Cryptoki["C_FindObjectsInit"]>[1]): readonly (readonly [number, Buffer])[] {
  return template.map(({ type, value }) => [type, bytesOf(value)]);
}

export function bytesOf(value: unknown): Buffer {
  if (typeof value === "boolean") return Buffer.of(value ? 1 : 0);
  if (typeof value === "number") return handleOf(value);
  return Buffer.isBuffer(value) ? value : Buffer.from(typeof value === "string" ? value : "");
}

/** CKA_EC_POINT as most tokens give it. */
export function derPoint(secret: KeyObject): Buffer {
  const spki = createPublicKey(createPrivateKey(secret.export({ format: "pem", type: "pkcs8" }))).export({
    format: "der",
    type: "spki",
  });
  return Buffer.concat([Buffer.of(0x04, 0x20), spki.subarray(-32)]);
}
