import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { runtimeArguments, wantedRuntime } from "../src/demo/runtime-arguments.ts";

const DEMO = ["demo", "--app", "apps/demo", "--data", "d"];

describe("the runtime that is started while a demo is prepared", () => {
  it("is the one that the demo asks for afterwards, whichever way its folders were written", () => {
    const wanted = wantedRuntime([...DEMO, "--port", "7462", "--json", "--page", "p"]);
    expect(wanted).toBeDefined();
    if (wanted === undefined) return;
    const asked = { app: resolve("apps/demo"), data: resolve("d"), page: "p", json: true, port: 7462 };
    expect(runtimeArguments(wanted)).toEqual(runtimeArguments(asked));
    expect(runtimeArguments(wanted).slice(-2)).toEqual(["--listen", "127.0.0.1:7462"]);
  });

  it("chooses its port itself when none is named", () => {
    const wanted = wantedRuntime(DEMO);
    const folders = ["--app", resolve("apps/demo"), "--data", resolve("d")];
    expect(wanted && runtimeArguments(wanted)).toEqual(["demo-runtime", ...folders]);
  });

  it.each([
    [["start", "--app", "a", "--data", "d"]],
    [["demo"]],
    [["demo", "--app", "a"]],
    [[...DEMO, "--until-idle"]],
    [[...DEMO, "--port", "x"]],
    [[...DEMO, "--help"]],
    [[...DEMO, "word"]],
    [[]],
  ])("is not started for %j", (args) => {
    expect(wantedRuntime(args)).toBeUndefined();
  });
});
