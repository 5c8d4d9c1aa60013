import {
  isAlias,
  isCollection,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type YAMLParseError,
  type Document,
  type Node,
  type YAMLMap,
} from "yaml";
import { textMalformed, type GovernanceError, type TextPlace } from "../governance-error.ts";

/** A text that was read, with the way back from its parts to their places. */
export interface ReadText {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** Brackets that a text may have opened and not closed at any point. The parser stops far before, but takes its time. */
const OPEN_BRACKETS_MAX = 1_000;

/**
 * Reads YAML 1.2 (core schema): one document of plain mappings, lists and scalars. What two readers could take differently is
 * refused: anchors and aliases, merge keys, tags, directives, a key twice, keys that are no text, integers beyond 2^53.
 * The length is the caller's to bound. @throws `governance/text_malformed`
 */
export function readYaml(text: string, file: string): ReadText {
  if (opensBrackets(text) > OPEN_BRACKETS_MAX) throw tooDeep(file);
  const lines = new LineCounter();
  const document = parse(text, file, lines);
  const source = { file, document, lines };
  const [error] = document.errors;
  if (error !== undefined) throw textMalformed(placeOf(source, error.pos[0]), whyOf(error), fixOf(error));
  if (document.directives?.yaml.explicit === true || Object.keys(document.directives?.tags ?? {}).length > 1) {
    throw textMalformed(placeOf(source, 0), "It has a directive.", "Remove the lines that start with %.");
  }
  const [warning] = document.warnings;
  if (warning !== undefined) throw textMalformed(placeOf(source, warning.pos[0]), sentence(warning), "Correct it.");
  refuseUnplain(source);
  return source;
}

/** Line and column of an offset, both from 1. */
export function placeOf({ file, lines }: ReadText, offset: number): TextPlace {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
}

function parse(text: string, file: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, {
      lineCounter,
      version: "1.2",
      schema: "core",
      merge: false,
      resolveKnownTags: false,
      strict: true,
      stringKeys: true,
      uniqueKeys: false, // ours: theirs compares every key with every other
      prettyErrors: false,
      logLevel: "error", // with "silent" a second document would be dropped without a word
    });
  } catch (error) {
    // Only the stack of this parser, which a text nested thousands of levels deep runs over.
    if (error instanceof RangeError) throw tooDeep(file);
    throw error;
  }
}

function tooDeep(file: string): GovernanceError {
  return textMalformed({ file, line: 1, column: 1 }, "It is nested too deeply.", "Flatten it.");
}

function opensBrackets(text: string): number {
  let [open, most] = [0, 0];
  for (const character of text) {
    if (character === "[" || character === "{") open += 1;
    if (character === "]" || character === "}") open -= 1;
    most = Math.max(most, open);
  }
  return most;
}

function refuseUnplain(source: ReadText): void {
  const refuse = (node: Node, why: string, fix: string): never => {
    throw textMalformed(placeOf(source, node.range?.[0] ?? 0), why, fix);
  };
  visit(source.document, {
    Node(_, node) {
      if (isAlias(node)) refuse(node, `It has the alias *${node.source}.`, "Write out what it stands for.");
      if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) {
        refuse(node, `It has the anchor &${node.anchor}.`, "Remove it, and write out what refers to it.");
      }
      if (node.tag !== undefined) refuse(node, `It has the tag ${node.tag}.`, "Remove it; quote what must be text.");
      if (isScalar(node) && typeof node.value === "number" && !isExact(node.value)) {
        refuse(node, "It has a number that JSON cannot carry exactly.", "Write it as text, in quotes.");
      }
    },
    Map(_, map) {
      refuseKeys(map, refuse);
    },
  });
}

function refuseKeys(map: YAMLMap, refuse: (node: Node, why: string, fix: string) => never): void {
  const seen = new Set<string>();
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (name === "<<" && key.type === "PLAIN") refuse(key, "It has a merge key.", "Write out the members.");
    if (seen.has(name)) refuse(key, `It has the member "${name.slice(0, 64)}" twice.`, "Remove one of the two.");
    seen.add(name);
  }
}

function isExact(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

/** The parser's own message, unless it speaks to programmers. */
function whyOf(error: YAMLParseError): string {
  return error.code === "MULTIPLE_DOCS" ? "It has more than one document." : sentence(error);
}

function sentence(error: { readonly message: string }): string {
  const [line = ""] = error.message.split("\n");
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

const FIXES: Readonly<Partial<Record<YAMLParseError["code"], string>>> = {
  MULTIPLE_DOCS: "Keep one document: remove what follows ---.",
  NON_STRING_KEY: "Use a plain text as the key.",
  TAB_AS_INDENT: "Indent with spaces.",
  RESOURCE_EXHAUSTION: "Flatten it.",
};

function fixOf(error: YAMLParseError): string {
  return FIXES[error.code] ?? "Correct the YAML at this place.";
}
