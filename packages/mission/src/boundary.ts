import type { Constraints, Hash } from "@aura/trust";
import type { Level } from "./level.ts";
import type { RetryPolicy, ToolClass } from "./tool.ts";

/** One tool that a mission may use, as it stood when the boundary was frozen. */
export interface BoundTool {
  readonly name: string;
  readonly class: ToolClass;
  /** {@link Tool.digest} at the time of freezing; a call under another digest is refused. */
  readonly digest: Hash;
  /** Limits on its arguments; `null` when the definition sets none. Only a `true` answer passes. */
  readonly constraints: Constraints | null;
  /** The tool that undoes it, pinned like itself, if it is a write: the sealed compensation scope. */
  readonly compensation: BoundCompensation | null;
  /** Left out if the tool has none. */
  readonly retry?: RetryPolicy;
}

/** The undo of a tool, as it stood when the boundary was frozen. */
export interface BoundCompensation {
  readonly tool: string;
  readonly digest: Hash;
  readonly retry?: RetryPolicy;
}

/** The frozen limits of one mission. Never widens. Its digest is SHA-256 over its canonical JSON. */
export interface Boundary {
  readonly format: "aura-boundary-1";
  readonly namespace: string;
  readonly mission: string;
  readonly agent: string;
  readonly authority: Level;
  readonly timeoutMs: number;
  /** Digest of the frozen context: who does what for which definition, that one by its commitment. */
  readonly context: Hash;
  readonly release: Hash;
  readonly tools: readonly BoundTool[];
}
