import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  type Commitment,
  commit,
  DENY_ALL_NONCE,
  DENY_ALL_RELEASE,
  encodeBase64url,
  type JsonObject,
  openAuditChain,
  parseVerifierKey,
  signerFromSeed,
  verifyLog,
} from "@aura/trust";
import { fileChainStore } from "@aura/trust/file-chain-store";
import { ACTOR, countingRandom, linesOf } from "./audit-world.ts";
import { fromHex, readVectors } from "./vector-file.ts";

interface ChainVectors {
  readonly seeds: { readonly log: string };
  readonly origin: string;
  readonly nowMs: number;
  readonly verifierKey: string;
  readonly denyAll: { readonly nonce: string; readonly text: string; readonly commitment: Commitment };
  readonly appended: readonly {
    readonly type: string;
    readonly data: JsonObject;
    readonly payloads: Record<string, Commitment>;
  }[];
  readonly lines: readonly string[];
  /** Text of the journal. */
  readonly journal: string;
  /** The other files of the folder by their path, base64url. */
  readonly files: { readonly [path: string]: string };
}

const vectors = readVectors<ChainVectors>("audit-chain.json");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "aura-chain-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

it("writes the log and the folder of the published vector, byte for byte", async () => {
  const chain = await openAuditChain(fileChainStore(folder), signerFromSeed(fromHex(vectors.seeds.log)), {
    origin: vectors.origin,
    clock: { nowMs: () => vectors.nowMs },
    random: countingRandom(), // the n-th request gets bytes of the value n
  });
  for (const { type, data, payloads } of vectors.appended) await chain.append(type, data, { actor: ACTOR, payloads });
  expect(chain.verifierKey).toBe(vectors.verifierKey);
  expect(await linesOf(chain)).toEqual(vectors.lines);
  await chain.close();
  expect(await readFile(join(folder, "journal"), "utf8")).toBe(vectors.journal);
  expect(await filesOf(folder)).toEqual(vectors.files);
});

it("verifies the published log, and opens the commitment of its founding", async () => {
  const { text, nonce, commitment } = vectors.denyAll;
  expect([text, nonce]).toEqual([DENY_ALL_RELEASE, DENY_ALL_NONCE]);
  expect(commit(nonce, text)).toBe(commitment);
  expect(await verifyLog(vectors.lines, { key: parseVerifierKey(vectors.verifierKey) })).toMatchObject({
    ok: true,
    founding: { by: "log_key", statement: { release: commitment } },
  });
});

async function filesOf(root: string): Promise<{ readonly [path: string]: string }> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => path !== "journal" && !path.startsWith("owner"))
    .toSorted();
  const contents = await Promise.all(
    paths.map(async (path) => [path, encodeBase64url(await readFile(join(root, path)))] as const),
  );
  return Object.fromEntries(contents);
}
