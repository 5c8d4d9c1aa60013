import type { LogRefusal, ReceiptRefusal } from "@aura/trust/explain";
import type { LogJudgement, ReceiptJudgement, VerifiedLog, VerifiedReceipt } from "@aura/trust/verify";

export type LogVerification = VerifiedLog | LogRefusal;
export type ReceiptVerification = VerifiedReceipt | ReceiptRefusal;

export interface VerifyRequest {
  readonly kind: "log" | "receipt";
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly verifierKey: string;
  /** For a log: an older signed note that it must start with. */
  readonly since?: string;
}

/** What the worker found, in facts: the words for it are loaded when something does not hold. */
export type Judged =
  | { readonly kind: "log"; readonly judgement: LogJudgement }
  | { readonly kind: "receipt"; readonly judgement: ReceiptJudgement }
  | { readonly kind: "progress"; readonly entries: number; readonly size: number }
  | { readonly kind: "broken"; readonly message: string };

/** Verifies an exported log in a worker of its own, with `@aura/trust` and what this browser remembers, nothing else. */
export async function verifyExport(
  request: Omit<VerifyRequest, "kind">,
  progress: (share: number) => void = () => {},
): Promise<LogVerification> {
  const answer = await inWorker({ ...request, kind: "log" }, progress);
  if (answer.kind === "log") {
    const { judgement } = answer;
    return judgement.ok ? judgement : (await words()).explainRefusal(judgement);
  }
  throw new Error(answer.kind === "broken" ? answer.message : "The worker answered something else.");
}

export async function verifyReceiptBytes(request: Omit<VerifyRequest, "kind">): Promise<ReceiptVerification> {
  const answer = await inWorker({ ...request, kind: "receipt" }, () => {});
  if (answer.kind === "receipt") {
    const { judgement } = answer;
    return judgement.ok ? judgement : (await words()).explainRefusal(judgement);
  }
  throw new Error(answer.kind === "broken" ? answer.message : "The worker answered something else.");
}

function words() {
  return import("@aura/trust/explain");
}

/** The note in the first line of an exported log. What it says was judged by the verification before. */
export function noteOfExport(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0x0a);
  const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end === -1 ? bytes.length : end)));
  const note = typeof header === "object" && header !== null && "checkpoint" in header ? header.checkpoint : undefined;
  return typeof note === "string" ? note : undefined;
}

async function inWorker(request: VerifyRequest, progress: (share: number) => void): Promise<Judged> {
  const worker = new Worker(new URL("./verify.worker.ts", import.meta.url), { type: "module" });
  try {
    return await new Promise<Judged>((resolve, reject) => {
      worker.addEventListener("message", ({ data }: MessageEvent<Judged>) => {
        if (data.kind === "progress") progress(data.size === 0 ? 0 : data.entries / data.size);
        else resolve(data);
      });
      worker.addEventListener("error", (event) => {
        reject(new Error(event.message === "" ? "The verifier could not be loaded." : event.message));
      });
      worker.postMessage(request);
    });
  } finally {
    worker.terminate();
  }
}
