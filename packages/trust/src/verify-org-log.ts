import { orNothing } from "./aura-error.ts";
import { parseEntry } from "./entry-codec.ts";
import type { LogAnchors } from "./judge-log.ts";
import { parseLogLine } from "./log-export.ts";
import { notATick, tickMiscounted } from "./org-log-refusal.ts";
import type { AnchorRefusal } from "./org-log-refusal.ts";
import { readTick } from "./org-log-tick.ts";
import type { WrittenTick } from "./org-log-tick.ts";
import { verifyLog } from "./verify-log.ts";
import type { LogVerification } from "./verify-log.ts";
import type { WitnessAnchors } from "./witness-quorum.ts";

/** What everybody can tell of an org log without knowing whose checkpoints it holds. */
export interface OrgLogTicks {
  /** Ticks that stand. */
  readonly written: number;
  /** Ticks between the first and the last that do not. */
  readonly missed: number;
  /** From the beginning of a tick until it was written, the longest. */
  readonly lateMsMax: number;
  readonly last: WrittenTick | null;
}

export type OrgLogVerification =
  | (Extract<LogVerification, { readonly ok: true }> & { readonly ticks: OrgLogTicks })
  | Exclude<LogVerification, { readonly ok: true }>
  | AnchorRefusal;

/**
 * Verifies an exported org log: `verifyLog`, and that each entry behind the founding writes a tick, each once, in order, of one
 * length, and says how many are missing. So no tick has two entries that could show two checkpoints of one namespace.
 */
export async function verifyOrgLog(
  lines: AsyncIterable<string> | Iterable<string>,
  anchors: LogAnchors & { readonly witnesses?: WitnessAnchors },
): Promise<OrgLogVerification> {
  const ticks = new Ticks();
  const verification = await verifyLog(ticks.watching(lines), anchors);
  if (!verification.ok) return verification;
  return ticks.problem ?? { ...verification, ticks: ticks.told() };
}

class Ticks {
  /** The first thing found wrong. */
  problem: AnchorRefusal | undefined;
  #last: WrittenTick | undefined;
  #written = 0;
  #missed = 0;
  #lateMsMax = 0;

  async *watching(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
    for await (const line of lines) {
      const read = typeof line === "string" ? parseLogLine(line) : undefined; // what is no text is refused behind here
      if (read !== undefined && read.seq > 0) this.problem ??= this.#take(read.seq, read.text);
      yield line;
    }
  }

  told(): OrgLogTicks {
    return { written: this.#written, missed: this.#missed, lateMsMax: this.#lateMsMax, last: this.#last ?? null };
  }

  #take(seq: number, text: string): AnchorRefusal | undefined {
    const parsed = orNothing(() => parseEntry(text));
    const tick = parsed?.kind === "entry" ? readTick(parsed.entry) : undefined;
    if (tick === undefined) return notATick(seq);
    const before = this.#last;
    const missed = before === undefined ? 0 : tick.tick - before.tick - 1;
    if (tick.missed !== missed || (before !== undefined && before.tickMs !== tick.tickMs)) {
      return tickMiscounted(seq, before?.tick ?? tick.tick, tick.tick);
    }
    this.#last = tick;
    this.#written += 1;
    this.#missed += missed;
    this.#lateMsMax = Math.max(this.#lateMsMax, tick.lateMs);
    return undefined;
  }
}
