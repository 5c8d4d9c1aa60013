import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../src/index.ts";
import { GUARD_REFUSAL_REASONS } from "../src/index.ts";
import { guardRefusal } from "../src/guard-refusal.ts";
import { refusal, REFUSAL_REASONS } from "../src/refusal.ts";
import { refusedCall } from "../src/guard-refusal.ts";
import { FORMATS, schemaFiles, schemaOf, SCHEMAS, validatorOf } from "./schema-world.ts";
import { type Mutation, mutationsOf } from "./structural-mutation.ts";

/** The schemas are for other people's tools; the parsers decide. Here the two are held together. */
const read = (name: string): string => readFileSync(new URL(name, SCHEMAS), "utf8");

it("there is a parser beside every schema, and a schema beside every parser", () => {
  expect(FORMATS.map(({ file }) => file).toSorted()).toEqual([...schemaFiles].toSorted());
});

describe.each(FORMATS)("schemas/$file", ({ file, values, reads }) => {
  const accepts = validatorOf(file);
  const beyond = rulesBeyond(schemaOf(file));

  it("takes what is of its format, and so does the parser", async () => {
    expect(values.length).toBeGreaterThan(0);
    for (const value of values)
      expect([accepts(value), await reads(value)], JSON.stringify(value)).toEqual([true, true]);
  });

  it("refuses whatever is no object, as the parser does", async () => {
    if (file === "problem.json") return; // written here, read by others
    for (const value of [null, true, 0, -1, "", "x", [], [{}], {}]) {
      expect([accepts(value), await reads(value)], JSON.stringify(value)).toEqual([false, false]);
    }
  });

  it("agrees with the parser about every structural change, but for the rules that it names", async () => {
    if (file === "problem.json") return;
    const used = new Set<string>();
    for (const change of values.flatMap((value) => [...mutationsOf(value)])) {
      const both = { schema: accepts(change.value), parser: await reads(change.value) };
      if (both.schema === both.parser) continue;
      // A schema may be wider than its parser where it says so, and never narrower.
      const rule = both.schema ? beyond.find((one) => one.covers(change)) : undefined;
      expect({ ...both, at: change.at, did: change.did, rule: rule?.place }).toEqual({
        ...both,
        at: change.at,
        did: change.did,
        rule: expect.any(String) as unknown,
      });
      used.add(rule?.place ?? "");
    }
    // Each rule is one that a change has met; those of the whole are of its size in bytes.
    expect(
      beyond.filter(({ place }) => !used.has(place) && place !== "/" && place !== "/entry").map(({ place }) => place),
    ).toEqual([]);
  });
});

it("every problem that a guard tells is of problem.json", () => {
  const accepts = validatorOf("problem.json");
  const own = GUARD_REFUSAL_REASONS.map((reason) => guardRefusal(reason as Parameters<typeof guardRefusal>[0]).problem);
  const calls = REFUSAL_REASONS.map((reason) => refusedCall(refusal(reason)).problem);
  for (const problem of [...own, ...calls]) expect(accepts(problem), JSON.stringify(problem)).toBe(true);
});

describe("every schema", () => {
  const schemas = schemaFiles.map((file) => ({ file, schema: schemaOf(file) }));

  it.each(schemas)("$file is of 2020-12, says what it is of, and stands on its own", ({ schema }) => {
    expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
    expect([typeof schema["title"], typeof schema["description"]]).toEqual(["string", "string"]);
    for (const node of nodesOf(schema)) {
      if (typeof node["$ref"] === "string") expect(node["$ref"]).toMatch(/^#\/\$defs\/\w+$/);
      for (const remote of ["$id", "$dynamicRef", "$anchor", "$vocabulary"]) expect(node).not.toHaveProperty([remote]);
    }
  });

  it.each(schemas)("$file has patterns that every engine runs in linear time", ({ schema }) => {
    for (const pattern of nodesOf(schema).flatMap(({ pattern }) => (typeof pattern === "string" ? [pattern] : []))) {
      expect(pattern.startsWith("^")).toBe(true);
      // No backreference, no lookaround, no class that engines read differently, and no repetition in a repetition but
      // of parts that a separator tells apart.
      expect(pattern).not.toMatch(/\\[1-9bBdDsSwWkpP]|\(\?/);
      expect(pattern.replaceAll(/\(\/\[[^\]]+\]\+\)\*|\(~[^()]+\)\{0,8\}/g, "")).not.toMatch(/[+*}][^()]*\)[+*{]/);
    }
  });

  it("means one thing by one name", () => {
    const meanings = new Map<string, Set<string>>();
    for (const { schema } of schemas) {
      for (const [name, meaning] of Object.entries((schema["$defs"] ?? {}) as JsonObject)) {
        meanings.set(name, (meanings.get(name) ?? new Set()).add(JSON.stringify(meaning)));
      }
    }
    expect([...meanings].filter(([, different]) => different.size > 1)).toEqual([]);
  });

  it("is linked from the pages of its format, and a page links to none that is not there", () => {
    const formats = new URL("../../../docs/formats/", import.meta.url);
    const pages = ["README", "encoding", "tokens", "constraints", "log", "receipt"];
    const linked = pages.flatMap((page) => [
      ...readFileSync(new URL(`${page}.md`, formats), "utf8").matchAll(/packages\/trust\/schemas\/([\w.-]+\.json)/g),
    ]);
    const names = new Set(linked.map(([, name = ""]) => name));
    expect(schemaFiles.filter((file) => !names.has(file))).toEqual([]);
    expect([...names].filter((name) => !existsSync(new URL(name, SCHEMAS)))).toEqual([]);
  });

  it("is in the package and has a door", () => {
    const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
      files: string[];
      exports: Record<string, unknown>;
    };
    expect(manifest.files).toContain("schemas");
    expect(manifest.exports["./schemas/*.json"]).toBe("./schemas/*.json");
    expect(read("jwk.json")).toContain("Ed25519");
  });
});

/** The places at which `$comment` says that the parser knows more. `*` is one step, `**` any number of them. */
function rulesBeyond({ $comment }: JsonObject) {
  const [comment = ""] = typeof $comment === "string" ? $comment.split("Judged later.") : [];
  return [...comment.matchAll(/(?:^|\s)(\/[^\s:]*):/g)].map(([, place = ""]) => {
    const steps = place
      .split("/")
      .slice(1)
      .map((step) => (step === "**" ? ".*" : step === "*" ? "[^/]*" : step))
      .join("/")
      .replace("/.*/", "/(?:.*/)?");
    const pattern = new RegExp(`^/${steps}(?:/.*)?$`);
    return { place, covers: ({ at }: Mutation) => pattern.test(at) };
  });
}

function nodesOf(value: JsonValue): readonly JsonObject[] {
  if (typeof value !== "object" || value === null) return [];
  const inside = Object.values(value).flatMap((item) => nodesOf(item));
  return Array.isArray(value) ? inside : [value as JsonObject, ...inside];
}
