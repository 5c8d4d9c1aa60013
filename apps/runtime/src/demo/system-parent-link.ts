/** What the demo's runtime tells the process that started it, once it serves. */
export interface RuntimeReady {
  readonly format: "aura-demo-ready-1";
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  /** With a one-time code. */
  readonly page: string;
}

/** What a runtime waits for before it touches anything: it may have been started before its folder was ready. */
export const GO = "go";

/** The channel to the process that started this one, and what happens when that one is gone. */
export interface ParentLink {
  /** Resolves when the parent has said it on. */
  ready(message: RuntimeReady): Promise<void>;
  /** Resolves when the parent says so; never if it ends before. */
  readonly go: Promise<void>;
  /** Aborted when the parent ended, however it did. */
  readonly gone: AbortSignal;
}

/** `undefined` in a process that nobody started with a channel. */
export function findParent(): ParentLink | undefined {
  if (process.send === undefined) return undefined;
  const gone = new AbortController();
  process.once("disconnect", () => gone.abort());
  const go = Promise.withResolvers<void>();
  process.on("message", (message) => {
    if (message === GO) go.resolve();
  });
  const ready = async (message: RuntimeReady): Promise<void> => {
    const heard = new Promise<void>((resolve) => {
      process.on("message", (message) => {
        if (message === "heard") resolve();
      });
      gone.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    process.send?.(message);
    await heard;
  };
  return { ready, go: go.promise, gone: gone.signal };
}

export function isReady(message: unknown): message is RuntimeReady {
  return (message as { readonly format?: unknown } | null)?.format === "aura-demo-ready-1";
}
