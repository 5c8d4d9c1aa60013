/** A scene of the demo, as far as it got. */
export interface Scene {
  readonly n: number;
  readonly title: string;
  readonly state: string;
  readonly missions: readonly string[];
  readonly said: readonly string[];
}

/** One row of the payments server's ledger. */
export interface LedgerRow {
  readonly id: string;
  readonly key: string;
  readonly payee: string;
  readonly amount: string;
  readonly currency: string;
  readonly kind: string;
  readonly atMs: number;
  /** What the application says of it, for people; absent for most. */
  readonly note?: string;
}

export interface DemoView {
  readonly scenes: readonly Scene[];
  /** What was paid through AURA. */
  readonly ledger: readonly LedgerRow[];
  /** What the same agent paid without it. */
  readonly without: readonly LedgerRow[];
}

/** What only a demo lets a page do. Implemented by `aura demo`; a runtime that works has none. */
export interface DemoDesk {
  view(): Promise<DemoView>;
  /** Begins a scene and returns at once; what comes of it is in the log. `undefined` if there is no such scene. */
  play(scene: number): Promise<Scene | undefined>;
  /** Ends the runtime's process by SIGKILL, now. */
  kill(): void;
}
