import { merkleRoot } from "@aura/trust";
import { expect, it } from "vitest";
import { checkpointLog } from "../src/signed-log.ts";
import type { TreeShelf } from "../src/signed-log.ts";

it("signs nothing and answers nothing over a log that is smaller than its newest signed tree", async () => {
  const signed = { size: 3, root: merkleRoot([]), note: "note" };
  const shelf: TreeShelf = {
    size: () => 2,
    leaves: () => [],
    tiles: () => [],
    signedTree: () => signed,
    keep: () => true,
  };
  const sign = async (): Promise<string> => expect.unreachable("nothing may be signed");
  await expect(checkpointLog(shelf, sign)).rejects.toMatchObject({ code: "store/log_cut" });
  expect(await checkpointLog({ ...shelf, size: () => 3 }, sign)).toEqual(signed);
});
