import { textMalformed, type TextPlace } from "../governance-error.ts";
import { parseRelease, type Release } from "../policy/release.ts";
import { readYaml, type ReadText } from "./read-yaml.ts";
import { inText, rememberText } from "./release-text.ts";

/** Bytes of UTF-8 of the file, comments included. */
export const RELEASE_TEXT_BYTES_MAX = 1_048_576;

export interface ReleaseTextOptions {
  /** As people know it. It stands in errors and is never opened. */
  readonly file: string;
  readonly format: "yaml" | "json";
}

/**
 * Reads a release from the text of a file: YAML 1.2 of plain mappings, lists and scalars, or JSON. Every refusal begins with
 * file, line and column (`release.yaml:12:5`), which it also carries as `place`; so do those of `checkAgainstTools` and the
 * warnings about the release later. The same document in either format, or as an object, gives the same release and digest.
 * @throws `governance/text_malformed`, and as {@link parseRelease}
 */
export function parseReleaseText(text: string, options: ReleaseTextOptions): Release {
  const start = { file: options.file, line: 1, column: 1 };
  if (new TextEncoder().encode(text).length > RELEASE_TEXT_BYTES_MAX) {
    throw textMalformed(start, `It is larger than ${RELEASE_TEXT_BYTES_MAX} bytes.`, "Use fewer or shorter rules.");
  }
  if (!text.isWellFormed()) throw textMalformed(start, "It holds half of a surrogate pair.", "Save it as UTF-8.");
  if (options.format === "json") refuseOtherThanJson(text, options.file);
  const source = readYaml(text, options.file);
  const release = inText(source, () => parseRelease(valueOf(source)));
  rememberText(release, source);
  return release;
}

function valueOf({ document }: ReadText): unknown {
  return document.toJS({ maxAliasCount: 0 });
}

/** Every JSON text is YAML, so the places come from there; but not every YAML is JSON. */
function refuseOtherThanJson(text: string, file: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    const place = placeIn(text, file, offsetIn(String(error), text));
    throw textMalformed(place, "It is no JSON from here on.", "Correct it, or name it as YAML.");
  }
}

/** Where the engine's message says that it stopped: at a position, at the end, or, in short texts, nowhere. */
function offsetIn(message: string, text: string): number {
  const [, position] = /position (\d+)/.exec(message) ?? [];
  if (position !== undefined) return Number(position);
  return message.includes("end of JSON") ? text.length : 0;
}

function placeIn(text: string, file: string, offset: number): TextPlace {
  const before = text.slice(0, offset).split("\n");
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
