/** Verifies beside the page, so that the page stays awake: a log of 100,000 entries takes seconds of hashing. */
import { logLines, parseVerifierKey, verifyLog, verifyReceipt } from "@aura/trust";
import type { VerifyAnswer, VerifyRequest } from "./verify.ts";

addEventListener("message", ({ data }: MessageEvent<VerifyRequest>) => {
  void answer(data).then((said) => postMessage(said));
});

async function answer(request: VerifyRequest): Promise<VerifyAnswer> {
  try {
    const key = parseVerifierKey(request.verifierKey);
    if (request.kind === "receipt") {
      const receipt: unknown = JSON.parse(new TextDecoder().decode(request.bytes));
      return { kind: "receipt", verification: verifyReceipt(receipt, { key }) };
    }
    const since = request.since === undefined ? {} : { since: request.since };
    const progress = (entries: number, size: number): void => {
      postMessage({ kind: "progress", entries, size } satisfies VerifyAnswer);
    };
    return { kind: "log", verification: await verifyLog(logLines([request.bytes]), { key, ...since, progress }) };
  } catch (error) {
    return { kind: "broken", message: error instanceof Error ? error.message : String(error) };
  }
}
