/** Verifies beside the page, so that the page stays awake: a log of 100,000 entries takes seconds of hashing. */
import { judgeLog, judgeReceipt, logLines, parseVerifierKey } from "@aura/trust/verify";
import { judgeVotes } from "@aura/trust/verify-votes";
import type { Judged, VerifyRequest } from "./verify.ts";

addEventListener("message", ({ data }: MessageEvent<VerifyRequest>) => {
  void answer(data).then((said) => postMessage(said));
});

async function answer(request: VerifyRequest): Promise<Judged> {
  try {
    const key = parseVerifierKey(request.verifierKey);
    if (request.kind === "receipt") {
      const receipt: unknown = JSON.parse(new TextDecoder().decode(request.bytes));
      return { kind: "receipt", judgement: judgeReceipt(receipt, { key }, judgeVotes) };
    }
    const since = request.since === undefined ? {} : { since: request.since };
    const progress = (entries: number, size: number): void => {
      postMessage({ kind: "progress", entries, size } satisfies Judged);
    };
    return { kind: "log", judgement: await judgeLog(logLines([request.bytes]), { key, ...since, progress }) };
  } catch (error) {
    return { kind: "broken", message: error instanceof Error ? error.message : String(error) };
  }
}
