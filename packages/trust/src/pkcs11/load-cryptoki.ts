import type { PKCS11 } from "pkcs11js";
import type { Cryptoki } from "./cryptoki.ts";
import { pkcs11Missing } from "./token-error.ts";

type Importer = () => Promise<{ readonly default: { readonly PKCS11: new () => PKCS11 } }>;

/**
 * `pkcs11js` over the PKCS #11 module at `path`, which is native code and runs in this process. Imported when it is asked for: who
 * needs no token installs no native package. @throws `trust/pkcs11_missing`; what the loading of the module throws. @internal
 */
export async function loadCryptoki(path: string, importer: Importer = () => import("pkcs11js")): Promise<Cryptoki> {
  const { PKCS11 } = await importPkcs11js(importer);
  const cryptoki = new PKCS11();
  cryptoki.load(path);
  return cryptoki;
}

async function importPkcs11js(importer: Importer) {
  try {
    return (await importer()).default;
  } catch (cause) {
    // The package is there and its native half is not: its install script did not run, as pnpm and others have it by default.
    throw pkcs11Missing(cause instanceof Error && /pkcs11\.node/.test(cause.message) ? "unbuilt" : "absent", cause);
  }
}
