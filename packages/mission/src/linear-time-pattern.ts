import { RE2JS } from "re2js";

/**
 * The pattern engine of every JSON Schema that we compile: linear in the length of the text, so that nobody can stop the
 * process with a pattern and a value. What RE2 cannot express (look-around, back-references) is not checked here:
 * a schema gives shape, never limits, and the receiver checks its own arguments.
 */
export function linearTimePattern(pattern: string, _flags: string): { test(text: string): boolean } {
  const compiled = compile(pattern);
  return compiled === undefined ? { test: () => true } : { test: (text) => compiled.matcher(text).find() };
}
linearTimePattern.code = "linearTimePattern";

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
