import type { NamespaceContext, LogStore } from "@aura/store";
import type { PublicKey, Random, Signer } from "@aura/trust";
import type { Broker } from "./broker.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Governor } from "./governor.ts";

/** Everything that missions of one namespace stand on: ports and keys, no state of its own. */
export interface MissionWorld {
  readonly store: LogStore;
  readonly context: NamespaceContext;
  readonly governor: Governor;
  readonly catalogue: Catalogue;
  readonly broker: Broker;
  readonly checkpoints: Checkpoints;
  /** Signs outcomes and nothing else. */
  readonly outcomeSigner: Signer;
  readonly authority: {
    readonly org: string;
    /** Who tokens and proofs must be made for: this runtime. */
    readonly audience: string;
    readonly credentialIssuers: readonly PublicKey[];
    readonly tokenIssuers: readonly PublicKey[];
  };
  readonly random: Random;
  readonly defaults: {
    /** From intent to the moment after which its bytes may no longer leave. */
    readonly sendWindowMs: number;
    /** How long a mission or a call waits for people. */
    readonly approvalWindowMs: number;
    /** How far the clocks of two machines that we trust may lie apart. */
    readonly skewMs: number;
  };
}
