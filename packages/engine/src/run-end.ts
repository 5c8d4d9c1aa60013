import type { JsonValue } from "@aura/trust";
import type { Difference } from "./difference.ts";

/** How the execution of a run came to rest. `completed` and `failed` are recorded; the others left no end in the log. */
export type RunEnd =
  | { readonly kind: "completed"; readonly result: JsonValue }
  | {
      readonly kind: "failed";
      /** `engine/...` for a function that failed, `mission/expired` at the deadline. */
      readonly code: string;
      readonly message: string;
      /** The code behind it, where the function let a failed operation or a coded error through. */
      readonly because: string | null;
    }
  /** Everything that is pending waits for people. Execute the run again at `untilMs`, or when somebody acted. */
  | { readonly kind: "waits"; readonly for: "approval" | "person"; readonly untilMs: number }
  /** The function does not repeat its history. Nothing was appended and nothing sent. */
  | { readonly kind: "blocked"; readonly difference: Difference }
  /**
   * The run is not ours, or not any more, and nothing more is appended or sent in its name. `reason` is the store's answer:
   * `fenced` (another executor goes on), `stopped` (who executed it gave it up), `stale`, `moved`, or `refused: <code>` (execute it again, unless its mission ended).
   */
  | { readonly kind: "lost"; readonly reason: string };
