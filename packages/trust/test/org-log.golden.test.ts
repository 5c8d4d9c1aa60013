import { describe, expect, it } from "vitest";
import { parseVerifierKey, parseWitnessKey } from "../src/index.ts";
import { slotOf, verifyMapPath } from "../src/org-log-map.ts";
import { verifyAnchored } from "../src/verify-anchored.ts";
import { verifyOrgLog } from "../src/verify-org-log.ts";
import { orgLogVectors } from "./org-log-vectors.ts";
import { readVectors } from "./vector-file.ts";

const vectors = readVectors<Awaited<ReturnType<typeof orgLogVectors>>>("org-log.json");
const orgLog = parseVerifierKey(vectors.verifierKey);
const witnesses = { keys: [parseWitnessKey(vectors.witnessKey)], quorum: 1 };
const keyOf = (namespace: string) => parseVerifierKey(vectors.namespaces[namespace]?.verifierKey ?? "");

it("is written as the published vectors say, byte for byte", async () => {
  expect(await orgLogVectors()).toEqual(vectors);
});

describe("the published vectors of the org log", () => {
  it("are an org log that verifies, and says what it missed", async () => {
    expect(await verifyOrgLog(vectors.lines, { key: orgLog, witnesses })).toMatchObject({
      ok: true,
      size: 3,
      ticks: { written: 2, missed: 2, lateMsMax: 7_000 },
    });
  });

  it.each(vectors.anchored)(
    "anchor $size entries of $namespace in tick $tick",
    ({ namespace, text, size, ...tick }) => {
      const { text: _, ...told } = { text, ...tick };
      expect(verifyAnchored(text, { key: keyOf(namespace), orgLog, witnesses })).toMatchObject({
        ok: true,
        checkpoint: { size },
        ...told,
      });
    },
  );

  it("anchor what grew into it", () => {
    const anchors = { key: keyOf("payments"), orgLog, witnesses };
    const [first] = vectors.anchored;
    const earlier = verifyAnchored(first?.text ?? "", anchors);
    if (!earlier.ok) throw new Error(earlier.what);
    expect(verifyAnchored(vectors.grown.text, { ...anchors, of: earlier.checkpoint })).toMatchObject({ ok: true });
  });

  it("give each namespace its slot, and each slot its place in a map", () => {
    for (const { verifierKey, slot } of Object.values(vectors.namespaces)) {
      expect(slotOf(parseVerifierKey(verifierKey))).toBe(slot);
    }
    for (const { leaves, root, paths } of vectors.maps) {
      for (const [at, { slot, value }] of leaves.entries()) {
        const claim = { slot, value: value as string as never, path: paths[at] ?? [], root };
        expect(verifyMapPath(claim)).toBe(true);
      }
    }
  });

  it.each(vectors.refused)("are refused: $reason", ({ reason, text }) => {
    expect(verifyAnchored(text, { key: keyOf("payments"), orgLog, witnesses })).toMatchObject({ ok: false, reason });
  });
});
