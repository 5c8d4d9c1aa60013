import { signerFromSeed, witnessKeyOf } from "../src/index.ts";
import type { Signer, WitnessKey } from "../src/index.ts";

export const WITNESS_NAME = "witness.example/w1";
export const WITNESSED_MS = 1_732_406_500_000;

/** A witness whose seed is 32 times one byte. */
export function aWitness(byte = 11, name = WITNESS_NAME): { readonly signer: Signer; readonly key: WitnessKey } {
  const signer = signerFromSeed(new Uint8Array(32).fill(byte));
  return { signer, key: witnessKeyOf(name, signer.publicKey) };
}
