import { isAuraError } from "@aura/trust";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkAgainstTools,
  GovernanceError,
  parseRelease,
  parseReleaseText,
  RELEASE_TEXT_BYTES_MAX,
  releaseDigest,
} from "../src/index.ts";
import { aDocument, aRule, aTool } from "./builders.ts";

const YAML = `# what this shop allows
format: aura-release-1
agents:
  - { name: refunds, version: "1", owner: lead, authority: L2 }
tools:
  - name: refund
    upstream: shop
    class: irreversible
    tags: [money]
    attemptTimeoutMs: 1000
    repeatable: false
people:
  - id: ana
  - id: max
positions:
  - id: lead
    level: L2
    holders: [ana]
rules:
  - id: no-large-refunds
    effect: DENY
    on: call
    match: { tools: [refund] }
    when:
      not:
        argument: amount
        is: { decimal: { max: "100.00" } }
    reason: Large refunds are made by hand.
`;
const options = { file: "release.yaml", format: "yaml" } as const;

function refusal(text: string, format: "yaml" | "json" = "yaml"): GovernanceError {
  try {
    const release = parseReleaseText(text, { file: `release.${format}`, format });
    const inputSchema = { type: "object", properties: { amount: { type: "string" }, order: { type: "string" } } };
    checkAgainstTools(release, [aTool({ name: "refund", inputSchema })]);
  } catch (error) {
    if (error instanceof GovernanceError) return error;
    throw error;
  }
  throw new Error("It loaded.");
}

const changed = (from: string, to: string): string => {
  expect(YAML).toContain(from);
  return YAML.replace(from, to);
};

describe("a release in YAML", () => {
  it("is the same release as the document in JSON, as an object, and in another layout", () => {
    const release = parseReleaseText(YAML, options);
    const json = JSON.stringify(release, null, "\t");
    const digest = releaseDigest(release);
    expect(releaseDigest(parseReleaseText(json, { file: "release.json", format: "json" }))).toBe(digest);
    expect(releaseDigest(parseReleaseText(json, options))).toBe(digest);
    expect(releaseDigest(parseRelease(JSON.parse(json)))).toBe(digest);
    expect(releaseDigest(parseReleaseText(YAML.replaceAll("\n", "\r\n"), options))).toBe(digest);
  });

  it("reads words as YAML 1.2 does: no, yes, dates and times are text", () => {
    const text = changed('version: "1"', "version: no").replace("reason: Large", "reason: 2026-11-24 12:30:45 #");
    const release = parseReleaseText(text, options);
    expect([release.agents[0]?.version, release.rules[0]?.reason]).toEqual(["no", "2026-11-24 12:30:45"]);
  });
});

describe("every refusal names file, line, column, what and a fix", () => {
  it.each<[string, string, string, RegExp]>([
    [
      "a misspelt attribute in a rule",
      changed("argument: amount", "argument: amuont"),
      "26:9 governance/name_unknown",
      /"amuont".*Did you mean "amount"/,
    ],
    [
      "a misspelt member",
      changed("effect: DENY", "efect: DENY"),
      "21:5 governance/release_invalid",
      /"efect".*Did you mean "effect"/,
    ],
    [
      "a misspelt top member",
      changed("\nrules:", "\nrulez:"),
      "19:1 governance/release_invalid",
      /"rulez".*Did you mean "rules"/,
    ],
    [
      "a missing member",
      changed("    reason: Large refunds are made by hand.\n", ""),
      "20:5 governance/release_invalid",
      /Add the member "reason"/,
    ],
    [
      "a misspelt value",
      changed("effect: DENY", "effect: DNEY"),
      "21:5 governance/release_invalid",
      /Did you mean "DENY"/,
    ],
    [
      "a misspelt tool",
      changed("tools: [refund]", "tools: [refnd]"),
      "23:22 governance/name_unknown",
      /"refnd".*Did you mean "refund"/,
    ],
    ["a misspelt operator", changed("decimal: {", "decimla: {"), "27:9 governance/rule_invalid", /is refused/],
    [
      "a limit for another type",
      changed('{ decimal: { max: "100.00" } }', "{ range: { max: 100 } }"),
      "27:9 governance/rule_invalid",
      /range judges no value/,
    ],
    [
      "a holder that is nobody",
      changed("holders: [ana]", "holders: [max, anna]"),
      "18:20 governance/name_unknown",
      /Did you mean "ana"/,
    ],
    [
      "an owner that is no position",
      changed("owner: lead", "owner: leed"),
      "4:36 governance/name_unknown",
      /Did you mean "lead"/,
    ],
    [
      "a quorum that cannot be",
      changed("    level: L2\n", "    level: L2\n    quorum: 2\n"),
      "18:5 governance/authority_invalid",
      /asks for 2 persons and has 1/,
    ],
    [
      "a number where text must be",
      changed('version: "1"', "version: 1"),
      "4:22 governance/release_invalid",
      /must be string/,
    ],
    ["nothing", "", "1:1 governance/release_invalid", /must be object/],
    ["a list", "- a\n", "1:1 governance/release_invalid", /must be object/],
  ])("%s", (_, text, place, message) => {
    const error = refusal(text);
    expect(`${error.place?.line}:${error.place?.column} ${error.code}`).toBe(place);
    expect(error.message).toMatch(message);
    expect(error.what.startsWith(`release.yaml:${error.place?.line}:${error.place?.column}: `)).toBe(true);
    expect(error.fix).not.toBe("");
  });

  it("and a release that was no text says only the member", () => {
    const release = parseRelease(
      aDocument({ rules: [aRule({ match: { tools: ["refund"] }, when: { argument: "amuont", present: true } })] }),
    );
    expect(() => {
      checkAgainstTools(release, [aTool()]);
    }).toThrow(
      expect.objectContaining({
        place: undefined,
        member: "rules/0 (a-rule)/when/argument",
        what: expect.stringMatching(/^Member rules/) as string,
      }),
    );
  });
});

describe("YAML that two readers could read differently is refused, at its place", () => {
  it.each<[string, string, string, RegExp]>([
    ["an anchor", "a: &x 1\n", "1:7", /anchor &x/],
    ["an alias", "a: 1\nb: *x\n", "2:4", /./],
    ["a bomb of aliases", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "1:7", /anchor/],
    ["a merge key", "a: 1\nb:\n  <<: { c: 1 }\n", "3:3", /merge key/],
    ["a tag of its own", "a: !money 5\n", "1:4", /money/],
    ["a tag of YAML", "a: !!str 5\n", "1:10", /tag/],
    ["the non-specific tag", "a: ! 5\n", "1:6", /tag/],
    ["binary", "a: !!binary aGk=\n", "1:4", /./],
    ["a directive for an older YAML", "%YAML 1.1\n---\na: yes\n", "1:1", /directive/],
    ["a directive for tags", "%TAG ! tag:example.com,2000:\n---\na: 1\n", "1:1", /directive/],
    ["a member twice", "a: 1\nb: 2\na: 3\n", "3:1", /"a" twice/],
    ["a member twice, spelt differently", 'a: 1\n"\\x61": 3\n', "2:1", /"a" twice/],
    ["a second document", "a: 1\n---\nb: 2\n", "2:1", /more than one document/],
    ["a key that is a list", "? [a]\n: 1\n", "1:3", /keys must be strings/],
    ["a tab as indentation", "a:\n\tb: 1\n", "2:1", /Tabs/],
    ["an integer beyond 2^53", "a: 9007199254740993\n", "1:4", /exactly/],
    ["a number beyond doubles", "a: 1e400\n", "1:4", /exactly/],
    ["not a number", "a: .nan\n", "1:4", /exactly/],
    ["broken YAML", "a: [1\nb: 2\n", "2:1", /./],
    ["brackets without end", "[".repeat(100_000), "1:1", /too deeply/],
    ["nested lists without end", `${"- ".repeat(5_000)}a`, "1:1", /./],
    ["half of a surrogate pair", "a: \ud800\n", "1:1", /surrogate/],
  ])("%s", (_, text, place, message) => {
    const error = refusal(text);
    expect(error.code).toBe("governance/text_malformed");
    if (!text.startsWith("- ")) expect(`${error.place?.line}:${error.place?.column}`).toBe(place);
    expect(error.message).toMatch(message);
    expect(error.fix).not.toBe("");
  });

  it("a text one byte over the limit, while one at the limit is read", () => {
    const padding = (bytes: number): string => `${YAML}#${"x".repeat(bytes - YAML.length - 1)}`;
    expect(() => parseReleaseText(padding(RELEASE_TEXT_BYTES_MAX), options)).not.toThrow();
    expect(refusal(padding(RELEASE_TEXT_BYTES_MAX + 1)).code).toBe("governance/text_malformed");
  });
});

describe("a release in JSON", () => {
  it.each<[string, string, string]>([
    ["that is YAML only", "a: 1", "1:1"],
    ["with a comma too many", '{\n  "a": 1,\n}', "3:1"],
    ["that ends early", '{\n  "a": [', "2:9"],
    ["with a comment", '{ "a": 1 // one\n}', "1:10"],
    ["with a member twice", '{\n  "a": 1,\n  "a": 2\n}', "3:3"],
  ])("%s is refused at its place", (_, text, place) => {
    const error = refusal(text, "json");
    expect(`${error.place?.file}:${error.place?.line}:${error.place?.column} ${error.code}`).toBe(
      `release.json:${place} governance/text_malformed`,
    );
  });

  it("names the line of what its document gets wrong", () => {
    const json = JSON.stringify(parseReleaseText(YAML, options), null, 2).replace('"DENY"', '"DNEY"');
    const line = json.slice(0, json.indexOf('"DNEY"')).split("\n").length;
    expect(refusal(json, "json").place?.line).toBe(line);
  });
});

describe("whatever the text", () => {
  const lines = YAML.split("\n");
  it("loads or is refused with a typed error, never another", () => {
    const edit = fc.tuple(
      fc.nat({ max: YAML.length }),
      fc.constantFrom(
        "",
        "\n",
        ":",
        "-",
        "[",
        "}",
        "&a ",
        "*a",
        "!x ",
        "%",
        "'",
        "\t",
        "? ",
        "<<: ",
        "|",
        "\u0000",
        "é",
      ),
      fc.nat({ max: 3 }),
    );
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 3 }), fc.shuffledSubarray(lines), fc.boolean(), (edits, some, whole) => {
        let text = whole ? YAML : some.join("\n");
        for (const [at, insert, drop] of edits) text = text.slice(0, at) + insert + text.slice(at + drop);
        try {
          parseReleaseText(text, options);
        } catch (error) {
          expect(isAuraError(error)).toBe(true);
          expect((error as GovernanceError).place?.line).toBeGreaterThan(0);
        }
      }),
    );
  });
});
