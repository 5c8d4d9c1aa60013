import { formatVerifierKey, signCheckpoint, signerFromSeed } from "@aura/trust";
import { beforeAll, describe, expect, it } from "vitest";
import { firstSeen, fitOf, type KeptEvidence, loadEvidence, saveEvidence, verifiedUpTo } from "../src/kept-evidence.ts";
import { FakeLog, ORIGIN } from "./support/fake-log.ts";

const log = new FakeLog();
const stranger = signerFromSeed(new Uint8Array(32).fill(77));
let older: string;
let newer: string;
let kept: KeptEvidence;

beforeAll(async () => {
  log.append("control", "a.b", { timeMs: 1 });
  older = (await log.sign(1)).note;
  log.append("control", "a.b", { timeMs: 2 });
  newer = (await log.sign(2)).note;
  kept = firstSeen(older, log.verifierKey, 10)!;
});

describe("what this browser remembers", () => {
  it("comes back as it was kept, and is nothing if somebody wrote over it", () => {
    const texts = new Map<string, string>();
    const store = {
      getItem: (key: string) => texts.get(key) ?? null,
      setItem: (key: string, value: string) => void texts.set(key, value),
      removeItem: (key: string) => void texts.delete(key),
    };
    expect(loadEvidence(store)).toBeUndefined();
    saveEvidence(store, kept);
    expect(loadEvidence(store)).toEqual(kept);
    for (const key of texts.keys()) texts.set(key, "{");
    expect(loadEvidence(store)).toBeUndefined();
  });

  it("is not begun by a note that does not verify", () => {
    expect(firstSeen(older.replace(/\n1\n/, "\n2\n"), log.verifierKey, 10)).toBeUndefined();
  });

  it("keeps the key when it goes on to a newer checkpoint", () => {
    const next = verifiedUpTo(kept, { note: newer, size: 2, root: "r" }, 20);
    expect(next).toEqual({ ...kept, note: newer, size: 2, root: "r", noteSinceMs: 20, verifiedAtMs: 20 });
  });
});

describe("a checkpoint that the runtime shows", () => {
  it("is the first, the known one, or a newer one", () => {
    const shown = { note: older, verifierKey: log.verifierKey };
    expect([fitOf(undefined, shown), fitOf(kept, shown), fitOf(kept, { ...shown, note: newer })]).toEqual([
      "first",
      "known",
      "newer",
    ]);
  });

  it("is smaller than what was signed before when the log was cut", () => {
    const grown = verifiedUpTo(kept, { note: newer, size: 2, root: "r" }, 20);
    expect(fitOf(grown, { note: older, verifierKey: log.verifierKey })).toBe("smaller");
  });

  it("contradicts what was signed before when the same size has another root", async () => {
    const other = new FakeLog();
    other.append("control", "x.y", { timeMs: 1 });
    const { note } = await other.sign(1);
    expect(fitOf(kept, { note, verifierKey: log.verifierKey })).toBe("contradicts");
  });

  it("is refused under another key, and when it is signed by nobody we know", async () => {
    const note = await signCheckpoint(stranger, { origin: ORIGIN, size: 1, root: log.entries[0]!.leaf });
    const foreign = formatVerifierKey(ORIGIN, stranger.publicKey);
    expect(fitOf(kept, { note, verifierKey: foreign })).toBe("other_key");
    expect(fitOf(kept, { note, verifierKey: log.verifierKey })).toBe("forged");
    expect(fitOf(undefined, { note, verifierKey: "nonsense" })).toBe("forged");
  });
});
