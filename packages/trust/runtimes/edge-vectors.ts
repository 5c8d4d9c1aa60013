import { fromHex } from "../src/hex.ts";
import set from "../vectors/ed25519-cctv.json" with { type: "json" };

/** One of the 914 edge cases of C2SP/CCTV. */
export interface EdgeVector {
  readonly number: number;
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  /** What is odd about its points, in the words of the set's README. */
  readonly flags: readonly string[];
  /** What our rule must say of it, by its flags alone. */
  readonly accept: boolean;
}

/**
 * Each of these is enough to refuse: a point of small order, a second spelling of a point, or an equation that holds only
 * with the cofactor. Left are points with a component of small order (`low_order_component_*`), which the rule accepts
 * where the components cancel, and `reencoded_k`, which comes with a second spelling.
 */
const REFUSED: readonly string[] = [
  "low_order_A",
  "low_order_R",
  "non_canonical_A",
  "non_canonical_R",
  "low_order_residue",
];

/** The set, as it was published. */
export function edgeVectors(): readonly EdgeVector[] {
  return set.vectors.map((row, number) => {
    const [key = 0, commitment = 0, scalar = 0, message = 0, bits = 0] = row.split(" ").map(Number);
    const flags = set.flags.filter((_, bit) => (bits & (1 << bit)) !== 0);
    return {
      number,
      key: fromHex(set.points[key] ?? ""),
      message: new TextEncoder().encode(`ed25519vectors${message === 0 ? "" : ` ${message}`}`),
      signature: fromHex(`${set.points[commitment]}${set.scalars[scalar]}`),
      flags,
      accept: !flags.some((flag) => REFUSED.includes(flag)),
    };
  });
}
