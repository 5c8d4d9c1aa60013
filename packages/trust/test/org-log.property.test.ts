import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBase64url, leafHash, parseTlogProof, sha256, verifyConsistency } from "../src/index.ts";
import type { Checkpoint, Commitment, Hash } from "../src/index.ts";
import { formatTlogProof } from "../src/tlog-proof.ts";
import { ORG_LOG_PATH_HASHES_MAX, OrgLogMap, verifyMapPath } from "../src/org-log-map.ts";
import { verifyAnchored } from "../src/verify-anchored.ts";
import { aNamespace, anOrgLog, ORG_KEY, TICK_MS } from "./org-log-world.ts";
import { sampleSigner } from "./sample-log.ts";
import { aTree } from "./witness-world.ts";

/** Few different bytes, so that slots share long beginnings. */
const hash = fc
  .array(fc.constantFrom(0, 1, 0x80, 0xff), { minLength: 32, maxLength: 32 })
  .map((bytes) => encodeBase64url(Uint8Array.from(bytes)) as Hash);
const leaves = fc.uniqueArray(
  fc.record({ slot: hash, value: hash as fc.Arbitrary<string> as fc.Arbitrary<Commitment> }),
  {
    selector: ({ slot }) => slot,
    minLength: 1,
    maxLength: 24,
  },
);

describe("the map of a tick", () => {
  it("proves each leaf, whatever the order, and no other value of a slot under any path that it gives", () => {
    fc.assert(
      fc.property(leaves, hash, (all, other) => {
        const map = new OrgLogMap(all);
        expect(new OrgLogMap(all.toReversed()).root).toBe(map.root);
        for (const { slot, value } of all) {
          const path = map.path(slot);
          expect(verifyMapPath({ slot, value, path, root: map.root })).toBe(true);
          for (const { slot: elsewhere } of all) {
            const moved = { slot, value: other as string as Commitment, path: map.path(elsewhere), root: map.root };
            expect(verifyMapPath(moved)).toBe(value === (other as string) && elsewhere === slot);
          }
        }
      }),
    );
  });

  it("takes a path as long as a slot, and none that is longer", () => {
    const slot = encodeBase64url(new Uint8Array(32)) as Hash;
    const value = leafHash("value") as string as Commitment;
    const bytes = (text: string) => Buffer.from(text, "base64url");
    const node = (prefix: number, left: Uint8Array, right: Uint8Array) =>
      sha256(Uint8Array.of(prefix, ...left, ...right));
    for (const length of [ORG_LOG_PATH_HASHES_MAX, ORG_LOG_PATH_HASHES_MAX + 1]) {
      const path = Array.from({ length }, (_, at) => leafHash(`${at}`));
      const digest = path.reduce((hash, sibling) => node(1, hash, bytes(sibling)), node(0, bytes(slot), bytes(value)));
      const root = encodeBase64url(digest) as Hash;
      expect(verifyMapPath({ slot, value, path, root })).toBe(length <= ORG_LOG_PATH_HASHES_MAX);
    }
  });

  it("proves nothing with a path, slot or root of which anything is another", () => {
    fc.assert(
      fc.property(leaves, fc.nat(), hash, (all, pick, other) => {
        const map = new OrgLogMap(all);
        const leaf = all[pick % all.length]!;
        const path = map.path(leaf.slot);
        const claim = { ...leaf, path, root: map.root };
        for (const changed of [
          { ...claim, root: other },
          { ...claim, slot: other },
          { ...claim, path: [...path, other] },
          { ...claim, path: [other, ...path] },
          ...path.flatMap((_, at) => [
            { ...claim, path: path.with(at, other) },
            { ...claim, path: path.toSpliced(at, 1) },
            { ...claim, path: path.with(at, "x" as Hash) },
          ]),
        ]) {
          if (JSON.stringify(changed) === JSON.stringify(claim)) continue;
          expect(verifyMapPath(changed)).toBe(false);
        }
      }),
    );
  });
});

describe("an org log, whatever is submitted in whatever order", () => {
  it("anchors one history of a namespace: each tick's checkpoint grew from that of the tick before", async () => {
    const histories = [aTree(), aTree("other"), aTree("other", 5)];
    const { key, origin } = await aNamespace("payments", 2);
    const notes = new Map<string, string>();
    for (const [index, history] of histories.entries()) {
      for (let size = 1; size <= 12; size += 1) {
        notes.set(`${index}/${size}`, await history.checkpoint(size, sampleSigner("log"), origin));
      }
    }
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ history: fc.nat(2), proofOf: fc.nat(2), size: fc.integer({ min: 1, max: 12 }) }),
      },
      { weight: 2, arbitrary: fc.constant("tick" as const) },
      { weight: 1, arbitrary: fc.constantFrom("retire" as const, "register" as const, "reopen" as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 16 }), async (steps) => {
        const { orgLog: first, clock, store, state } = await anOrgLog();
        let orgLog = first;
        await orgLog.register(key);
        const anchored: Checkpoint[] = [];
        for (const one of steps) {
          if (one === "retire") await orgLog.retire(origin);
          else if (one === "register") await orgLog.register(key);
          else if (one === "reopen") {
            await orgLog.close();
            ({ orgLog } = await anOrgLog({ state, clock }, store));
          } else if (one === "tick") {
            clock.pass(TICK_MS);
            if ((await orgLog.tick()).namespaces === 0) continue;
            const verified = verifyAnchored(await orgLog.anchored(origin), { key, orgLog: ORG_KEY });
            if (!verified.ok) throw new Error(verified.what);
            anchored.push(verified.checkpoint);
          } else {
            const { history, proofOf, size } = one;
            const prove = (from: number) => histories[proofOf]!.proof(from, size);
            await orgLog.submit({ note: notes.get(`${history}/${size}`)!, prove });
          }
        }
        await orgLog.close();
        for (const [at, to] of anchored.slice(1).entries()) {
          const from = anchored[at]!;
          const shown = histories.some((history) =>
            verifyConsistency({
              from: from.size,
              to: to.size,
              fromRoot: from.root,
              toRoot: to.root,
              proof: from.size <= to.size ? history.proof(from.size, to.size) : [],
            }),
          );
          expect(shown).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("the text of an anchored checkpoint", async () => {
  const { orgLog } = await anOrgLog();
  const all = await Promise.all([aNamespace("payments", 71), aNamespace("shop", 72), aNamespace("bank", 73)]);
  for (const one of all) {
    await orgLog.register(one.key);
    await one.submitTo(orgLog);
  }
  await orgLog.tick();
  const [{ key, origin }] = all;
  const text = await orgLog.anchored(origin);
  const anchors = { key, orgLog: ORG_KEY };

  it("verifies as it is, and with no character changed to any other", () => {
    expect(verifyAnchored(text, anchors).ok).toBe(true);
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.constantFrom("A", "1", " ", "\n", "+", "/", "=", "z", "\u2014"),
        (at, character) => {
          fc.pre(text[at] !== character);
          expect(verifyAnchored(text.slice(0, at) + character + text.slice(at + 1), anchors).ok).toBe(false);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("is answered, never thrown at, whatever it holds", () => {
    const piece = fc.constantFrom(...text.split("\n").map((line) => `${line}\n`), "\n", "extra AAAA\n", "index 1\n");
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }), (parts) => {
        verifyAnchored(parts.join(""), anchors);
      }),
    );
    const parsed = parseTlogProof(text)!;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (extra) => {
        expect(verifyAnchored(formatTlogProof({ ...parsed, extra }), anchors).ok).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const extra = new TextEncoder().encode(JSON.stringify(value));
        expect(verifyAnchored(formatTlogProof({ ...parsed, extra }), anchors).ok).toBe(false);
      }),
    );
  });
});
