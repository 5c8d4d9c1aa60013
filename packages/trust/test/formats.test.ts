import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { REFUSAL_REASONS } from "../src/index.ts";

/** The format specification is tested like code: its examples are the vectors, its limits and reasons those of the source. */
const FORMATS = new URL("../../../docs/formats/", import.meta.url);
const SOURCE = new URL("../src/", import.meta.url);

const pages = readdirSync(FORMATS).map((name) => ({ name, text: readFileSync(new URL(name, FORMATS), "utf8") }));
const page = (name: string): string => pages.find((one) => one.name === name)!.text;

interface Example {
  readonly page: string;
  /** `<package>/<file of vectors>` and a JSON pointer into it; empty for a block that names none. */
  readonly vector: string;
  readonly pointer: string;
  readonly block: string;
}

function examplesOf({ name, text }: { readonly name: string; readonly text: string }): readonly Example[] {
  const blocks = text.matchAll(/(?:<!-- vector (\S+) (\/\S+) -->\n)?^```\w*\n([^]*?)^```$/gm);
  return [...blocks].map(([, vector = "", pointer = "", block = ""]) => ({ page: name, vector, pointer, block }));
}

function pointedAt({ vector, pointer }: Example): unknown {
  const [owner = "", file = ""] = vector.split("/");
  const url = new URL(`../../${owner}/vectors/${file}`, import.meta.url);
  return pointer
    .slice(1)
    .split("/")
    .reduce<unknown>(
      (value, member) => (value as Record<string, unknown>)[member],
      JSON.parse(readFileSync(url, "utf8")),
    );
}

const examples = pages.flatMap(examplesOf);

it("has an example of every format, and of every file of vectors", () => {
  const shown = new Set(examples.map(({ vector }) => vector));
  const kept = readdirSync(new URL("../vectors/", import.meta.url)).map((name) => `trust/${name}`);
  expect(
    [...kept, "mission/vote.json", "mission/vote-jws.json", "mission/enrolment.json"].filter(
      (name) => !shown.has(name),
    ),
  ).toEqual([]);
});

it.each(examples)("$page shows $vector $pointer as it is", (example) => {
  expect(example.vector).not.toBe("");
  const value = pointedAt(example);
  const { block } = example;
  if (typeof value === "string") expect([block, block.slice(0, -1)]).toContain(value);
  else expect(JSON.parse(block)).toEqual(value);
});

describe("limits", () => {
  const rows = pages.flatMap(({ name, text }) =>
    [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(([, limit = "", value = ""]) => ({ name, limit, value })),
  );

  it.each(rows)("$name: $limit is $value", async ({ limit, value }) => {
    expect(await constant(limit)).toBe(Number(value));
  });

  it("stand in the tables of the pages that name them, or of another", () => {
    const stated = new Set(rows.map(({ limit }) => limit));
    const named = pages.flatMap(({ text }) =>
      [...text.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, limit = ""]) => limit),
    );
    expect(named.filter((limit) => !stated.has(limit))).toEqual([]);
  });
});

/** An exported constant of the source, whichever module has it. */
async function constant(name: string): Promise<unknown> {
  const file = readdirSync(SOURCE).find(
    (one) => one.endsWith(".ts") && readFileSync(new URL(one, SOURCE), "utf8").includes(`export const ${name} =`),
  );
  const module = (await import(new URL(file ?? `${name}.ts`, SOURCE).href)) as Record<string, unknown>;
  return module[name];
}

describe("reasons", () => {
  it.each([
    ["log.md", "log-refusal.ts", "LogRefusalReason"],
    ["receipt.md", "receipt-refusal.ts", "ReceiptRefusalReason"],
    ["org-log.md", "org-log-refusal.ts", "AnchorRefusalReason"],
    ["encoding.md", "jws.ts", "JwsRefusal"],
  ])("of %s are those of %s", (name, file, type) => {
    const [, union = ""] =
      new RegExp(`export type ${type} =([^;]*);`).exec(readFileSync(new URL(file, SOURCE), "utf8")) ?? [];
    const coded = [...union.matchAll(/"(\w+)"/g)].map(([, reason = ""]) => reason).toSorted();
    expect(coded.length).toBeGreaterThan(5);
    expect([...new Set(reasonsIn(page(name)))].toSorted()).toEqual(coded);
  });

  it("of tokens.md are those of verifyCall", () => {
    expect(reasonsIn(page("tokens.md"))).toEqual(REFUSAL_REASONS);
  });
});

/** First cells of the tables whose head is `reason`. */
function reasonsIn(text: string): readonly string[] {
  const tables = text.matchAll(/^\| reason \|.*\n\| --- \|.*\n((?:\|.*\n)+)/gm);
  return [...tables].flatMap(([, rows = ""]) =>
    [...rows.matchAll(/^\| `(\w+)` \|/gm)].map(([, reason = ""]) => reason),
  );
}

it("links to what is there", () => {
  for (const { name, text } of pages) {
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const [path = "", anchor] = target.split("#");
      const linked = readFileSync(new URL(path === "" ? name : path, FORMATS), "utf8");
      const anchors = [...linked.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
        title
          .toLowerCase()
          .replaceAll(/[^a-z0-9 _-]/g, "")
          .replaceAll(" ", "-"),
      );
      if (anchor !== undefined) expect(anchors, `${name}: ${target}`).toContain(anchor);
    }
  }
});
