import { expect, it } from "vitest";
import { edgeVectors } from "../runtimes/edge-vectors.ts";
import { toHex } from "../src/hex.ts";
import { askPython } from "./second-verifier.ts";

it("the verifier in Python accepts the same 43 of the 914 published edge cases", async () => {
  const edges = edgeVectors();
  const answers = await askPython<{ readonly ok: boolean }>(
    edges.map(({ key, message, signature }) => ({
      kind: "ed25519",
      publicKey: toHex(key),
      message: toHex(message),
      signature: toHex(signature),
    })),
  );
  expect(answers.map(({ ok }) => ok)).toEqual(edges.map(({ accept }) => accept));
});
