import { type ErrorReference, folderOf } from "./reference.ts";
import type { Pages } from "./page.ts";

/** How the pages on the disk differ from what the definitions say, a line each. */
export function pageProblems(wanted: Pages, found: Pages): readonly string[] {
  const missing = [...wanted.keys()].filter((path) => !found.has(path));
  const stale = [...wanted].filter(([path, text]) => found.has(path) && found.get(path) !== text);
  const left = [...found.keys()].filter((path) => !wanted.has(path));
  return [
    ...missing.map((path) => `docs/errors/${path} is missing.`),
    ...stale.map(([path]) => `docs/errors/${path} does not say what the definition says.`),
    ...left.map((path) => `docs/errors/${path} is the page of no code.`),
  ];
}

/** Codes that a source file gives to an error, and that no reference has: `code: "mission/not_found"`. */
export function undocumentedCodes(sources: ReadonlyMap<string, string>, reference: ErrorReference): readonly string[] {
  return [...sources].flatMap(([path, text]) =>
    [...text.matchAll(/\bcode: "(?<code>[a-z]+\/[a-z][a-z0-9_]*)"/g)]
      .map(({ groups }) => groups?.["code"] ?? "")
      .filter((code) => !reference.has(code))
      .map((code) => `${path} gives ${code}, and no test/error-reference.ts has it.`),
  );
}

/** What tests hold on to in one folder. */
export interface TestedFolder {
  /** The text of its tests and contract suites. */
  readonly tests: readonly string[];
  /** The codes of the errors that were made while its tests ran; `undefined` if they did not run. */
  readonly made: ReadonlySet<string> | undefined;
}

/**
 * Codes that no test of their own package provokes. A test names the code, as `"mission/not_found"` or, where a helper writes
 * the package's name, as `"not_found"`; and where the tests ran, an error of a code that is thrown was made meanwhile.
 */
export function untestedCodes(
  reference: ErrorReference,
  folders: ReadonlyMap<string, TestedFolder>,
): readonly string[] {
  return [...reference].flatMap(([code, sources]) =>
    [...Map.groupBy(sources, folderOf)].flatMap(([folder, here]) => {
      const { tests, made } = folders.get(folder) ?? { tests: [], made: undefined };
      if (!tests.some((text) => names(text, code))) return [`${code}: no test in ${folder} names it.`];
      const provoked = made === undefined || made.has(code) || !here.some(({ thrown }) => thrown);
      return provoked ? [] : [`${code}: the tests in ${folder} name it, and none makes that error in its own process.`];
    }),
  );
}

function names(text: string, code: string): boolean {
  const short = code.slice(code.indexOf("/") + 1);
  return new RegExp(`(?<![\\w/])${code}(?!\\w)|["'\`]${short}["'\`]`).test(withoutComments(text));
}

/** Good enough for our own tests: a line that is a comment names nothing. */
function withoutComments(text: string): string {
  return text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, "");
}
