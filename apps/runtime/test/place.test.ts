import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { systemRandom } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { dataFolder } from "../src/data-folder.ts";
import { makePrivateFolder } from "../src/durable-file.ts";
import { placeIn } from "../src/place.ts";
import { scratchFolder } from "./in-process.ts";

async function aFolder(path: string) {
  const folder = dataFolder(path);
  await makePrivateFolder(folder.path);
  return folder;
}

describe("where an application runs", () => {
  it("gives each of its servers a secret of its own, the same at every start and another in every namespace", async () => {
    using scratch = scratchFolder();
    const [folder, other] = [await aFolder(scratch.at("one")), await aFolder(scratch.at("other"))];
    const first = await placeIn(folder, systemRandom, undefined);
    const again = await placeIn(folder, systemRandom, undefined);
    const elsewhere = await placeIn(other, systemRandom, undefined);
    expect(first.secret("payments")).toBe(again.secret("payments"));
    expect(first.secret("payments")).not.toBe(first.secret("files"));
    expect(first.secret("payments")).not.toBe(elsewhere.secret("payments"));
  });

  it("keeps what the secrets come from to its owner, and apart from them", async () => {
    using scratch = scratchFolder();
    const folder = await aFolder(scratch.at("data"));
    const place = await placeIn(folder, systemRandom, undefined);
    const path = join(folder.path, "upstreams.key");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8")).not.toContain(place.secret("payments"));
  });
});
