import { RE2JS } from "re2js";

/**
 * The pattern engine of every JSON Schema that we compile: linear in the length of the text, so that nobody can stop the
 * process with a pattern and a value. What RE2 cannot express (look-around, back-references) is not checked here:
 * a schema gives shape, never limits, and the receiver checks its own arguments.
 */
export function linearTimePattern(
  pattern: string,
  _flags: string,
): { test(text: string): boolean; toString(): string } {
  const compiled = compile(pattern);
  return {
    test: (text) => compiled === undefined || compiled.matcher(text).find(),
    // ajv keeps compiled patterns by this name: two patterns of one name would be one pattern.
    toString: () => pattern,
  };
}
linearTimePattern.code = "linearTimePattern";

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
