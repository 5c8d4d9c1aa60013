import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What a reader is told: what happened, why that is refused, and what to do about it. */
export interface Telling {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** The codes of one kind in one package. A package exports a list of them as `errorReference`. */
export interface ReferenceSection {
  /** How a caller meets these codes: a sentence. */
  readonly met: string;
  /** The file with the definitions, from the top folder. */
  readonly source: string;
  /** For each code what its own constructor says, with sample values: once for each way to meet it that reads differently. */
  readonly codes: Readonly<Record<string, readonly Telling[]>>;
}

/** One place where a code comes from. */
export interface CodeSource extends Omit<ReferenceSection, "codes"> {
  readonly tellings: readonly Telling[];
  /** The code of an `AuraError`, and no mere reason in an answer or a record. */
  readonly thrown: boolean;
}

/** Every code of the workspace, sorted, with every place where it comes from. */
export type ErrorReference = ReadonlyMap<string, readonly CodeSource[]>;

/** Where a package keeps its list, from its own folder. */
export const REFERENCE_PATH = "test/error-reference.ts";

const CODE = /^[a-z]+\/[a-z][a-z0-9_]*$/;

/** The folder that a definition belongs to: `packages/mission`. */
export function folderOf({ source }: { readonly source: string }): string {
  return source.split("/").slice(0, 2).join("/");
}

/** Every folder of a package or an app, from the top folder. */
export function packageFolders(top: string): readonly string[] {
  return ["packages", "apps"].flatMap((group) =>
    readdirSync(join(top, group))
      .map((name) => `${group}/${name}`)
      .filter((folder) => existsSync(join(top, folder, "package.json"))),
  );
}

/** Imports the list of every package that has one. Throws if one is not a list of {@link ReferenceSection}. */
export async function loadReference(top: string): Promise<ErrorReference> {
  const sections: ReferenceSection[] = [];
  for (const folder of packageFolders(top)) {
    const path = join(top, folder, REFERENCE_PATH);
    if (!existsSync(path)) continue;
    const { errorReference } = (await import(pathToFileURL(path).href)) as {
      readonly errorReference: readonly ReferenceSection[];
    };
    sections.push(...errorReference);
  }
  return collectReference(sections);
}

/** Brings the sections of all packages together. Throws at a code that is malformed, says nothing or names another. */
export function collectReference(sections: readonly ReferenceSection[]): ErrorReference {
  const reference = new Map<string, CodeSource[]>();
  for (const { codes, ...section } of sections) {
    for (const [code, tellings] of Object.entries(codes)) {
      requireSound(code, tellings, section.source);
      reference.set(code, [
        ...(reference.get(code) ?? []),
        { ...section, tellings, thrown: tellings.some((telling) => telling instanceof Error) },
      ]);
    }
  }
  return new Map([...reference].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function requireSound(code: string, tellings: readonly (Telling & { readonly code?: string })[], source: string): void {
  if (!CODE.test(code)) throw new Error(`${source}: "${code}" is not a code: write package/words_with_underscores.`);
  if (tellings.length === 0) throw new Error(`${source}: ${code} has no sample.`);
  for (const telling of tellings) {
    if (telling.code !== undefined && telling.code !== code) {
      throw new Error(`${source}: the sample of ${code} has the code ${telling.code}.`);
    }
    for (const part of [telling.what, telling.why, telling.fix]) {
      if (part.trim() === "") throw new Error(`${source}: ${code} does not say what, why and how to fix.`);
    }
  }
}
