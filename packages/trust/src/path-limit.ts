/** A POSIX path as text: whether it starts at the root, and its segments without "" and ".". */
export interface PathText {
  readonly absolute: boolean;
  readonly segments: readonly string[];
}

export const PATH_CHARS_MAX = 4_096;

/** Control characters, and the backslash that is a separator elsewhere. */
const FOREIGN = /[\u0000-\u001f\u007f\\]/;

/**
 * Reads a path whose meaning does not depend on the disk. Undefined if it does, or may: ".." (a link before it leads
 * elsewhere), "~" (some tools expand it), text that is not NFC (some disks fold it), backslashes, control characters.
 */
export function readPath(text: string): PathText | undefined {
  if (text === "" || text.length > PATH_CHARS_MAX || FOREIGN.test(text)) return undefined;
  if (!text.isWellFormed() || text.normalize("NFC") !== text) return undefined;
  const segments = text.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..") || segments[0]?.startsWith("~") === true) return undefined;
  return { absolute: text.startsWith("/"), segments };
}

/** The one spelling of a path: "/data/in", "in", "/" for the root, "." for the folder the tool works in. */
export function writePath({ absolute, segments }: PathText): string {
  const joined = segments.join("/");
  return absolute ? `/${joined}` : joined === "" ? "." : joined;
}

/** Whether `path` is `folder` or below it. Undefined if one is absolute and the other is not: that depends on the tool. */
export function isWithin(path: PathText, folder: PathText): boolean | undefined {
  if (path.absolute !== folder.absolute) return undefined;
  return folder.segments.every((segment, index) => segment === path.segments[index]);
}
