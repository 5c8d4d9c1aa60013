import { expect, it } from "vitest";
import { carrying } from "../release/sbom.ts";
import type { Sbom } from "../release/sbom.ts";

const RUNTIME = aDocument("runtime", { runtime: ["fastify", "trust"], fastify: [], trust: ["noble"], noble: [] });
const CONSOLE = aDocument("console", { console: ["react", "trust"], react: [], trust: ["noble"], noble: [] });

it("lists what a package carries in itself, and all that one is made of, once", () => {
  const whole = carrying(RUNTIME, CONSOLE);
  expect(whole.components.map(({ name }) => name).toSorted()).toEqual([
    "console",
    "fastify",
    "noble",
    "react",
    "trust",
  ]);
  expect(Object.fromEntries(whole.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]))).toEqual({
    runtime: ["fastify", "trust", "console"],
    fastify: [],
    trust: ["noble"],
    noble: [],
    console: ["react", "trust"],
    react: [],
  });
  expect(whole.metadata).toEqual(RUNTIME.metadata);
});

it("leaves the documents that it joins as they are", () => {
  const before = structuredClone([RUNTIME, CONSOLE]);
  carrying(RUNTIME, CONSOLE);
  expect([RUNTIME, CONSOLE]).toEqual(before);
});

/** A document of `name`, with everything that `graph` names. */
function aDocument(name: string, graph: Readonly<Record<string, readonly string[]>>): Sbom {
  const component = (one: string) => ({ name: one, version: "1.0.0", "bom-ref": one, purl: `pkg:npm/${one}@1.0.0` });
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    metadata: { component: component(name) },
    components: Object.keys(graph)
      .filter((one) => one !== name)
      .map(component),
    dependencies: Object.entries(graph).map(([ref, dependsOn]) => ({ ref, dependsOn })),
  };
}
