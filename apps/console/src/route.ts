/** Where the page is, in the fragment of its address: the server sends one file, and a link to any screen can be kept. */
export interface Route {
  readonly screen: "now" | "missions" | "approvals" | "log" | "key";
  /** The mission, approval or entry that is open. */
  readonly id: string | undefined;
  readonly query: URLSearchParams;
}

const SCREENS: readonly string[] = ["now", "missions", "approvals", "log", "key"] satisfies Route["screen"][];

/** Reads a fragment; whatever is not understood is the first screen. */
export function parseRoute(fragment: string): Route {
  const [path = "", query = ""] = fragment.replace(/^#\/?/, "").split("?", 2);
  const [screen = "", id = ""] = path.split("/", 2);
  const known = SCREENS.includes(screen);
  return {
    screen: known ? (screen as Route["screen"]) : "now",
    id: known && id !== "" ? decoded(id) : undefined,
    query: new URLSearchParams(known ? query : ""),
  };
}

/** The address of a screen. Empty and undefined query members are left out. */
export function href(
  screen: Route["screen"],
  id?: string,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== "") parameters.set(name, value);
  const path = id === undefined ? screen : `${screen}/${encodeURIComponent(id)}`;
  return `#/${path}${parameters.size > 0 ? `?${parameters.toString()}` : ""}`;
}

/** The one-time code of a link that the runtime printed: `#code=...`. */
export function codeInFragment(fragment: string): string | undefined {
  const code = new URLSearchParams(fragment.replace(/^#/, "")).get("code");
  return code === null || code === "" ? undefined : code;
}

/** A code from what a person pasted: the code alone, or the whole link. */
export function codeInText(text: string): string {
  const trimmed = text.trim();
  const hash = trimmed.indexOf("#");
  return (hash === -1 ? undefined : codeInFragment(trimmed.slice(hash))) ?? trimmed.replace(/^code=/, "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not an address of ours: shown as it stands, and not found
  }
}
