import { createMission } from "@aura/mission";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadApplication } from "../src/application.ts";
import { dataFolder } from "../src/data-folder.ts";
import { prepareDemo } from "../src/demo/prepare.ts";
import { demoRestless } from "../src/runtime-error.ts";
import { loadApprovers } from "@aura/mission";
import { foundNamespace, openNamespace, quietWorld, wire } from "../src/wire.ts";
import { aura, DEMO, scratchFolder } from "./in-process.ts";

const STORY = fileURLToPath(new URL("../../demo", import.meta.url));

describe("the folder of a demo", () => {
  it("that holds missions of another application is refused with what to do, and left as it is", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    const application = await loadApplication(DEMO);
    const folder = dataFolder(data);
    await foundNamespace({ folder, rootFolder: `${data}.root`, org: "localhost", release: application.release });
    const runtime = await wire(folder, application);
    for (const offer of application.missions) {
      await createMission(runtime.world, { ...offer, actor: { id: "operator", custody: "person" } });
    }
    const size = await runtime.store.size(runtime.context);
    await runtime.close();

    const { exitCode, err } = await aura(["demo", "--app", STORY, "--data", data]);
    expect(err).toContain("runtime/demo_foreign");
    expect(err).toContain("invoice-clerk");
    expect(err).toContain(`mv ${data} ${data}.old`);
    expect(exitCode).toBe(3);
    const namespace = await openNamespace(folder);
    expect(await namespace.store.size(namespace.context)).toBe(size);
    await namespace.close();
    expect(existsSync(join(`${data}.root`, "people"))).toBe(false);
  });

  it("gives each person of the release one key, 0600, however often it is prepared", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    const application = await loadApplication(STORY);
    const folder = dataFolder(data);
    const parts = { folder, rootFolder: `${data}.root`, org: "localhost", decorators: {}, model: undefined };
    expect((await prepareDemo(application, parts)).isNew).toBe(true);
    expect((await prepareDemo(application, parts)).isNew).toBe(false);
    const namespace = await openNamespace(folder);
    const approvers = await loadApprovers(await quietWorld(namespace));
    await namespace.close();
    expect(approvers.slice(1).map(({ person }) => person)).toEqual(["ines", "tomas", "lea"]);
    for (const person of ["ines", "tomas", "lea"]) {
      expect(statSync(join(`${data}.root`, "people", `${person}.key`)).mode & 0o777, person).toBe(0o600);
    }
  });

  it("is served by no runtime that dies before it serves: `runtime/demo_restless` says why", () => {
    expect(demoRestless("SIGKILL")).toMatchObject({
      code: "runtime/demo_restless",
      what: expect.stringContaining("SIGKILL"),
    });
  });
});

describe("`aura demo`", () => {
  it.each(["x", "-1", "70000"])("refuses port %s", async (port) => {
    const { exitCode, err } = await aura(["demo", "--app", STORY, "--data", "/nowhere", `--port=${port}`]);
    expect(err).toContain("is no port");
    expect(exitCode).toBe(2);
  });
});
