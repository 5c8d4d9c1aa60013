import { createKeyFile } from "@aura/trust/key-file";
import { systemRandom } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { aura, scratchFolder } from "./in-process.ts";

describe("a command on a folder that no runtime owns", () => {
  it("enrols a person whose key is here when a second person's is too, and says why it cannot otherwise", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await aura(["init", "--data", data]);
    const enrol = ["enrol", "alice", "--new-key", scratch.at("alice.key"), "--data", data];
    const alone = await aura(enrol);
    expect([alone.exitCode, alone.err]).toEqual([3, expect.stringContaining("runtime/enrolments_elsewhere")]);
    const both = await aura([...enrol, "--key", `${data}.root/approver.key`], { confirm: async () => true });
    expect([both.exitCode, both.out]).toEqual([0, expect.stringContaining("for person alice from now on")]);
  });

  it("signs nothing with a key that counts for nobody", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await aura(["init", "--data", data]);
    await createKeyFile(scratch.at("mallory.key"), systemRandom);
    const { exitCode, err } = await aura(["approve", "x", "--data", data, "--key", scratch.at("mallory.key"), "--yes"]);
    expect([exitCode, err]).toEqual([3, expect.stringContaining("runtime/approver_unknown")]);
  });

  it("lists what there is, and stops nothing that is not there", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await aura(["init", "--data", data]);
    expect(await aura(["missions", "--data", data])).toMatchObject({ exitCode: 0, out: "No missions.\n" });
    expect(await aura(["approvals", "--data", data])).toMatchObject({ exitCode: 0, out: "Nothing waits.\n" });
    const stop = await aura(["stop", "nobody", "--data", data, "--reason", "x"]);
    expect([stop.exitCode, stop.err]).toEqual([3, expect.stringContaining("runtime/mission_unknown")]);
  });
});
