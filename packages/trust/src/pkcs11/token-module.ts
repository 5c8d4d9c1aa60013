import { realpath } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { isAuraError } from "../aura-error.ts";
import { CKF, type Cryptoki } from "./cryptoki.ts";
import { loadCryptoki } from "./load-cryptoki.ts";
import { pkcs11ModuleUnusable } from "./token-error.ts";
import { CKR, returnValueOf } from "./token-fault.ts";

/**
 * A PKCS #11 module. It is initialised once a process (C_Initialize, section 5.4), so all who use it here share one of these: the
 * first one initialises it and the last one finalises it, unless somebody else in the process had initialised it. @internal
 */
export class TokenModule {
  readonly cryptoki: Cryptoki;
  readonly #path: string;
  #users = 0;
  #sessions = 0;
  /** Whether we initialised it and owe it a C_Finalize. */
  #isOurs = false;
  #lane: Promise<unknown> = Promise.resolve();

  constructor(cryptoki: Cryptoki, path: string) {
    this.cryptoki = cryptoki;
    this.#path = path;
  }

  /** @throws `trust/pkcs11_module_unusable` */
  enter(): void {
    if (!this.#isOurs) this.#initialise();
    this.#users += 1;
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#finalise();
  }

  /** Opening is one at a time: what it looks up in the module holds until it has its session. */
  async exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#lane.then(work);
    this.#lane = result.catch(() => undefined);
    return result;
  }

  sessionOpened(): void {
    this.#sessions += 1;
  }

  sessionEnded(): void {
    this.#sessions -= 1;
  }

  /**
   * Starts the module anew, for modules that see a token that came back only then. Answers false, and does nothing, while
   * anybody here has a session, or while another part of the process holds the module. @throws `trust/pkcs11_module_unusable`
   */
  restart(): boolean {
    if (this.#sessions > 0) return false;
    this.#finalise();
    this.#initialise();
    return this.#isOurs;
  }

  #initialise(): void {
    try {
      this.cryptoki.C_Initialize({ flags: CKF.OS_LOCKING_OK }); // signatures are made on another thread
      this.#isOurs = true;
    } catch (error) {
      const value = returnValueOf(error);
      if (value === CKR.CRYPTOKI_ALREADY_INITIALIZED) return;
      const problem = value === CKR.CANT_LOCK ? "cannot be used by several threads" : "cannot be initialised";
      throw pkcs11ModuleUnusable(this.#path, problem, error);
    }
  }

  #finalise(): void {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    try {
      this.cryptoki.C_Finalize();
    } catch {
      // Somebody else finalised it, or its token is gone: there is nothing left to give back.
    }
  }
}

/** By real path, for as long as the process lives: unloading native code that may have threads is not safe. */
const modules = new Map<string, Promise<TokenModule>>();

/** @throws `trust/pkcs11_missing`, `trust/pkcs11_module_unusable`. @internal */
export async function tokenModule(path: string, load = loadCryptoki): Promise<TokenModule> {
  if (!isAbsolute(path)) throw pkcs11ModuleUnusable(path, "is not an absolute path, so anything could be loaded");
  const real = await realpath(path).catch((cause: unknown) => {
    throw pkcs11ModuleUnusable(path, "is not there", cause);
  });
  const module = modules.get(real) ?? loaded(real, load);
  modules.set(real, module);
  module.catch(() => modules.delete(real)); // the next one tries again
  return module;
}

async function loaded(path: string, load: typeof loadCryptoki): Promise<TokenModule> {
  try {
    return new TokenModule(await load(path), path);
  } catch (error) {
    throw isAuraError(error) ? error : pkcs11ModuleUnusable(path, "cannot be loaded as one", error);
  }
}
