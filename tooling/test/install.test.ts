import { describe, expect, it } from "vitest";
import { printsAsSaid, readmeSections } from "../install/readme.ts";

const FENCE = "```";
const block = (language: string, code: string) => `${FENCE}${language}\n${code}${FENCE}\n`;

describe("a README", () => {
  it("is one program and its scripts for each section; what is in `text` is for reading", () => {
    const readme = [
      "# @aura/trust\n",
      block("sh", "npm install @aura/trust\n"),
      block("ts", "const size = 1;\n"),
      "## More\n",
      block("ts", "console.log(size); // 1\n"),
      "### A part of it\n",
      block("text", "aura-trust verify FILE\n"),
      block("ts", "console.log({\n  a: \"b\",\n});\n// { a: 'b',\n//   ... }\n"),
    ].join("\n");
    expect(readmeSections(readme)).toEqual([
      { title: "@aura/trust", program: "const size = 1;\n", prints: [], scripts: ["npm install @aura/trust\n"] },
      {
        title: "More",
        program: "console.log(size); // 1\n\nconsole.log({\n  a: \"b\",\n});\n// { a: 'b',\n//   ... }\n",
        prints: ["1", "{ a: 'b',\n  ... }\n"],
        scripts: [],
      },
    ]);
  });

  it("that does not say what it prints is refused", () => {
    expect(() => readmeSections(block("ts", "console.log(1);\n"))).toThrow("does not say what it prints");
  });
});

describe("what a program prints", () => {
  it.each([
    ["{ ok: true, size: 2 }\n", ["{ ok: true, size: 2 }"]],
    ["{\n  ok: true,\n  origin: 'a',\n  size: 2\n}\n", ["{ ok: true, ... size: 2 }"]],
    ["true\n[ 1 ]\n", ["true", "[ 1 ]"]],
    ["", []],
  ])("%j is as %j says", (output, prints) => {
    expect(printsAsSaid(output, prints)).toBe(true);
  });

  it.each([
    ["{ ok: false, size: 2 }\n", ["{ ok: true, size: 2 }"]],
    ["true\nand more\n", ["true"]],
    ["", ["true"]],
    ["[ 1 ]\ntrue\n", ["true", "[ 1 ]"]],
    ["a+b", ["aab"]],
  ])("%j is not as %j says", (output, prints) => {
    expect(printsAsSaid(output, prints)).toBe(false);
  });
});
