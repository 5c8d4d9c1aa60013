import type { Presented } from "@aura/mission";
import type { Commitment, JsonObject } from "@aura/trust";

/** One call that needs a proof of possession. */
export interface CallToPresent {
  /** The call's stream, `mission/<id>/call/<key>`: what the proof names as its call. */
  readonly call: string;
  readonly tool: string;
  readonly arguments: JsonObject;
  /** The commitment to the canonical arguments that the proof binds. */
  readonly commitment: Commitment;
}

/** Shows the dual token and proves possession for each call of a run. Implemented by the runtime, which signs with the instance key. */
export interface Presenter {
  /** In whose name the run's entries are written, and who holds the key. */
  readonly actor: { readonly id: string; readonly custody: "agent" | "runtime" };
  /** A fresh proof every time: it is asked again when a call of unknown outcome is presented again. */
  present(call: CallToPresent): Promise<Presented>;
}
