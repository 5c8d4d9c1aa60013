import { merkleRoot, verifyConsistency, verifyInclusion } from "@aura/trust";
import type { Hash } from "@aura/trust";
import { expect, it } from "vitest";
import type { LogStore, SignedTree } from "../index.ts";
import { aNamespace, anEntryDraft, appendTo } from "./builders.ts";
import { collect, contractWorld } from "./contract-world.ts";
import type { OpenLogStore } from "./contract-world.ts";

const acme = aNamespace();
/** Around one tile and two, and a size that is no power of two. */
const SIZES = [1, 2, 3, 255, 256, 257, 600];

/** Signed trees and proofs, held against RFC 6962 as trust computes it from all leaves. */
export function treeContract(open: OpenLogStore): void {
  const world = contractWorld(open);

  it("has no signed tree before the first checkpoint", async () => {
    const { store } = await world();
    await grow(store, 1);
    expect(await store.signedTree(acme)).toBeUndefined();
    await expect(store.inclusionProof(acme, 0, 1)).rejects.toMatchObject({ code: "store/proof_out_of_range" });
  });

  it("signs the root over all leaves at every size", async () => {
    const { store } = await world();
    for (const size of SIZES) {
      await grow(store, size);
      const tree = await store.checkpoint(acme, note);
      const leaves = (await collect(store.readLog(acme, 0))).map(({ leaf }) => leaf);
      expect(tree).toEqual({ size, root: merkleRoot(leaves), note: `${size} ${merkleRoot(leaves)}` });
      expect(await store.signedTree(acme)).toEqual(tree);
    }
  });

  it("signs the empty log, once", async () => {
    const { store } = await world();
    expect(await store.checkpoint(acme, note)).toEqual({ size: 0, root: merkleRoot([]), note: `0 ${merkleRoot([])}` });
    expect((await store.checkpoint(acme, refuseToSign)).size).toBe(0);
  });

  it("answers the stored tree and asks for no signature when nothing was added", async () => {
    const { store } = await world();
    await grow(store, 3);
    const tree = await store.checkpoint(acme, note);
    expect(await store.checkpoint(acme, refuseToSign)).toEqual(tree);
  });

  it("stores nothing when signing fails", async () => {
    const { store } = await world();
    await grow(store, 3);
    await expect(store.checkpoint(acme, refuseToSign)).rejects.toThrow("not asked");
    expect(await store.signedTree(acme)).toBeUndefined();
    expect((await store.checkpoint(acme, note)).size).toBe(3);
  });

  it("lets one of two checkpointers win and gives both trees that cover what they saw", async () => {
    const { store } = await world();
    await grow(store, 3);
    const signed: SignedTree[] = [];
    const slow = Promise.withResolvers<void>();
    const first = store.checkpoint(acme, async (tree) => {
      await slow.promise;
      return record(signed, tree);
    });
    await grow(store, 5);
    const second = await store.checkpoint(acme, async (tree) => record(signed, tree));
    slow.resolve();
    expect(second.size).toBe(5);
    expect(await first).toEqual(second);
    const rootsOf5 = signed.filter(({ size }) => size === 5).map(({ root }) => root);
    expect(new Set(rootsOf5).size).toBe(1);
    expect(await store.signedTree(acme)).toEqual(second);
  });

  it("proves every entry to be in the tree, at every signed size", async () => {
    const { store } = await world();
    const trees = await growAndSign(store);
    const leaves = (await collect(store.readLog(acme, 0))).map(({ leaf }) => leaf);
    for (const { size, root } of trees) {
      for (const index of [0, 1, Math.floor(size / 2), size - 1].filter((at) => at < size)) {
        const proof = await store.inclusionProof(acme, index, size);
        const leaf = leaves[index] as Hash;
        expect(verifyInclusion({ leaf, index, size, proof, root })).toBe(true);
      }
    }
  });

  it("proves every signed tree to be a beginning of every later one", async () => {
    const { store } = await world();
    const trees = await growAndSign(store);
    for (const [at, from] of trees.entries()) {
      for (const to of trees.slice(at)) {
        const proof = await store.consistencyProof(acme, from.size, to.size);
        expect(verifyConsistency({ from: from.size, to: to.size, fromRoot: from.root, toRoot: to.root, proof })).toBe(
          true,
        );
      }
    }
  });

  it("refuses proofs outside the signed tree", async () => {
    const { store } = await world();
    await grow(store, 3);
    await store.checkpoint(acme, note);
    await grow(store, 4);
    const outside = { code: "store/proof_out_of_range" };
    await expect(store.inclusionProof(acme, 3, 4)).rejects.toMatchObject(outside);
    await expect(store.inclusionProof(acme, 3, 3)).rejects.toMatchObject(outside);
    await expect(store.inclusionProof(acme, -1, 3)).rejects.toMatchObject(outside);
    await expect(store.inclusionProof(acme, 0.5, 3)).rejects.toMatchObject(outside);
    await expect(store.consistencyProof(acme, 3, 4)).rejects.toMatchObject(outside);
    await expect(store.consistencyProof(acme, 3, 2)).rejects.toMatchObject(outside);
  });
}

async function grow(store: LogStore, size: number): Promise<void> {
  const missing = size - (await store.size(acme));
  await appendTo(store, acme, { stream: "control", drafts: Array.from({ length: missing }, () => anEntryDraft()) });
}

async function growAndSign(store: LogStore): Promise<SignedTree[]> {
  const trees: SignedTree[] = [];
  for (const size of SIZES) {
    await grow(store, size);
    trees.push(await store.checkpoint(acme, note));
  }
  return trees;
}

async function note({ size, root }: { readonly size: number; readonly root: Hash }): Promise<string> {
  return `${size} ${root}`;
}

async function refuseToSign(): Promise<string> {
  throw new Error("not asked");
}

function record(signed: SignedTree[], tree: { readonly size: number; readonly root: Hash }): string {
  signed.push({ ...tree, note: "" });
  return `${tree.size} ${tree.root}`;
}
