import {
  consistencyProof,
  extendTree,
  leafHash,
  merkleRoot,
  signCheckpoint,
  signerFromSeed,
  witnessKeyOf,
} from "../src/index.ts";
import type { Hash, Signer, WitnessKey } from "../src/index.ts";
import { ORIGIN, sampleSigner } from "./sample-log.ts";
import { shelf } from "./tile-shelf.ts";

export const WITNESS_NAME = "witness.example/w1";
export const WITNESSED_MS = 1_732_406_500_000;

/** A witness whose seed is 32 times one byte. */
export function aWitness(byte = 11, name = WITNESS_NAME): { readonly signer: Signer; readonly key: WitnessKey } {
  const signer = signerFromSeed(new Uint8Array(32).fill(byte));
  return { signer, key: witnessKeyOf(name, signer.publicKey) };
}

/** A log whose leaves are `<name> 0`, `<name> 1`, ...: two names, two histories that share nothing but `fork` first leaves. */
export function aTree(name = "leaf", fork = 0) {
  const leafAt = (index: number): Hash => leafHash(`${index < fork ? "leaf" : name} ${index}`);
  const rootOf = (size: number): Hash => merkleRoot(Array.from({ length: size }, (_, index) => leafAt(index)));
  const tiles = shelf();
  tiles.keep(
    extendTree(
      0,
      Array.from({ length: 64 }, (_, index) => leafAt(index)),
      () => [],
    ).tiles,
  );
  const proof = (from: number, to: number): readonly Hash[] =>
    from === 0 || from === to ? [] : consistencyProof(from, to, tiles.read);
  return {
    rootOf,
    proof,
    checkpoint: (size: number, signer = sampleSigner("log"), origin = ORIGIN) =>
      signCheckpoint(signer, { origin, size, root: rootOf(size) }),
  };
}

export const textOf = (body: string): Uint8Array => new TextEncoder().encode(body);

/** State in memory; `before` is called before each save takes effect. */
export function memoryWitnessStore(before: () => void | Promise<void> = () => undefined) {
  const notes = new Map<string, string>();
  return {
    where: "in memory",
    notes,
    load: async (origin: string) => notes.get(origin),
    save: async (origin: string, note: string) => {
      await before();
      notes.set(origin, note);
    },
  };
}
