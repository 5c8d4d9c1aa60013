import {
  type AuditChain,
  type AuditChainOptions,
  type ChainStore,
  encodeBase64url,
  type LogAnchors,
  openAuditChain,
  parseVerifierKey,
  type Random,
  type Signer,
  signerFromSeed,
  verifyLog,
} from "@aura/trust";

export const AUDIT_ORIGIN = "acme.example/aura/payments";
export const AUDIT_MS = 1_800_000_000_000;
export const ACTOR = { id: "refunds", custody: "agent" } as const;

const seeded = (byte: number): Signer => signerFromSeed(new Uint8Array(32).fill(byte));
export const logKey = seeded(41);
export const rootKey = seeded(42);
export const strangerKey = seeded(43);

/** Counts instead of dice, so that bytes repeat. */
export function countingRandom(): Random {
  let drawn = 0;
  return {
    bytes(length) {
      drawn += 1;
      return new Uint8Array(length).fill(drawn % 256);
    },
  };
}

export function openChain(
  store: ChainStore,
  options: Partial<AuditChainOptions> = {},
  key: Signer = logKey,
): Promise<AuditChain> {
  return openAuditChain(store, key, {
    origin: AUDIT_ORIGIN,
    clock: { nowMs: () => AUDIT_MS },
    random: countingRandom(),
    ...options,
  });
}

export function appendMany(chain: AuditChain, count: number, from = 0) {
  return Promise.all(
    Array.from({ length: count }, (_, at) => chain.append("order.refunded", { order: from + at }, { actor: ACTOR })),
  );
}

export async function linesOf(chain: AuditChain): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of chain.export()) lines.push(line);
  return lines;
}

export async function verifyChain(chain: AuditChain, anchors: Partial<LogAnchors> = {}) {
  return verifyLog(await linesOf(chain), { key: parseVerifierKey(chain.verifierKey), ...anchors });
}

export const NONCE_A: string = encodeBase64url(new Uint8Array(32).fill(9));
