/** What the demo's runtime tells the process that started it, once it serves. */
export interface RuntimeReady {
  readonly format: "aura-demo-ready-1";
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  /** With a one-time code. */
  readonly page: string;
}

/** The channel to the process that started this one, and what happens when that one is gone. */
export interface ParentLink {
  /** Resolves when the parent has said it on. */
  ready(message: RuntimeReady): Promise<void>;
  /** Aborted when the parent ended, however it did. */
  readonly gone: AbortSignal;
}

/** `undefined` in a process that nobody started with a channel. */
export function findParent(): ParentLink | undefined {
  if (process.send === undefined) return undefined;
  const gone = new AbortController();
  process.once("disconnect", () => gone.abort());
  const ready = async (message: RuntimeReady): Promise<void> => {
    const heard = new Promise<void>((resolve) => {
      process.once("message", () => resolve());
      gone.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    process.send?.(message);
    await heard;
  };
  return { ready, gone: gone.signal };
}

export function isReady(message: unknown): message is RuntimeReady {
  return (message as { readonly format?: unknown } | null)?.format === "aura-demo-ready-1";
}
