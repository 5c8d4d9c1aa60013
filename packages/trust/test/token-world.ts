import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openPkcs11Signer, type Pkcs11KeyName, type Pkcs11Signer, type Pkcs11Token } from "@aura/trust/pkcs11";

/** SoftHSM2 with its tokens in a temporary folder; the tier names the module and its tool. */
export const SOFTHSM2_MODULE = process.env["SOFTHSM2_MODULE"] ?? "";
const SOFTHSM2_UTIL = process.env["SOFTHSM2_UTIL"] ?? "";
const WRITER = fileURLToPath(new URL("token-writer.ts", import.meta.url));
const run = promisify(execFile);

export const PIN = "123456";
const SO_PIN = "87654321";
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export interface TokenShelf {
  /** Where each token is a folder of its own. */
  readonly folder: string;
  /** Runs `softhsm2-util`, which initialises tokens and brings keys from elsewhere, as a vendor's tool does. */
  util(...words: string[]): Promise<string>;
  /** A new token with the user's PIN set. */
  newToken(label: string): Promise<Pkcs11Token>;
  /** Opens a key that `close` closes, so that the next shelf of this process starts the module anew. */
  open(token: Pkcs11Token, key: Pkcs11KeyName): Promise<Pkcs11Signer>;
  /** Closes what `open` opened. */
  closeSigners(): Promise<void>;
  close(): Promise<void>;
  /** Another process with the token's key in its hands; see token-writer.ts. */
  other(...words: string[]): OtherProcess;
}

export interface OtherProcess {
  line(): Promise<string>;
  kill(): Promise<void>;
  ended(): Promise<number | null>;
}

/** One at a time: a process has one configuration of SoftHSM2. */
export async function aTokenShelf(): Promise<TokenShelf> {
  const home = await mkdtemp(join(tmpdir(), "aura-tokens-"));
  const folder = join(home, "tokens");
  await mkdir(folder);
  const configuration = join(home, "softhsm2.conf");
  await writeFile(configuration, `directories.tokendir = ${folder}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  process.env["SOFTHSM2_CONF"] = configuration;
  const util = async (...words: string[]) => (await run(SOFTHSM2_UTIL, words)).stdout;
  const opened: Pkcs11Signer[] = [];
  return {
    folder,
    util,
    async open(token, key) {
      const signer = await openPkcs11Signer(token, key);
      opened.push(signer);
      return signer;
    },
    closeSigners: async () => closeAll(opened),
    async close() {
      await closeAll(opened);
      await rm(home, { recursive: true });
    },
    async newToken(label) {
      await util("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN);
      return { modulePath: SOFTHSM2_MODULE, label, pin: () => utf8(PIN) };
    },
    other: (...words) => startOther(words),
  };
}

async function closeAll(signers: readonly Pkcs11Signer[]): Promise<void> {
  await Promise.all(signers.map(async (signer) => signer.close()));
}

function startOther(words: readonly string[]): OtherProcess {
  const child = spawn(process.execPath, ["--conditions=@aura/source", WRITER, SOFTHSM2_MODULE, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const exit = once(child, "exit") as Promise<[number | null]>;
  return {
    async line() {
      const { value } = await lines.next();
      return String(value);
    },
    async kill() {
      child.kill("SIGKILL");
      await exit;
    },
    async ended() {
      const [code] = await exit;
      return code;
    },
  };
}
