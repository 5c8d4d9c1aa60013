import type { UrlLimit } from "./constraint.ts";

export const URL_CHARS_MAX = 8_192;

const DEFAULT_PORT: Readonly<Record<UrlLimit["scheme"], number>> = { http: 80, https: 443, ws: 80, wss: 443 };
/** A dot, a separator or an end of text that a server might decode after we have looked. */
const HIDDEN_SEPARATOR = /%(?:2e|2f|5c|00)/i;

/**
 * Whether a URL lies inside the limit. Undefined if the text is not an absolute URL in the one spelling that WHATWG URL
 * gives it (but for the slash after a bare host), or names a user, or hides separators: two readers might see two URLs.
 */
export function isInsideUrl(text: string, limit: UrlLimit): boolean | undefined {
  const url = readUrl(text);
  if (url === undefined) return undefined;
  return (
    url.protocol === `${limit.scheme}:` &&
    url.hostname === limit.host &&
    portOf(url) === (limit.port ?? DEFAULT_PORT[limit.scheme]) &&
    (limit.path === undefined || isBelow(url.pathname, limit.path))
  );
}

/** Whether everything inside `child` is inside `parent`. */
export function isUrlNarrower(child: UrlLimit, parent: UrlLimit): boolean {
  return (
    child.scheme === parent.scheme &&
    child.host === parent.host &&
    (child.port ?? DEFAULT_PORT[child.scheme]) === (parent.port ?? DEFAULT_PORT[parent.scheme]) &&
    (parent.path === undefined || (child.path !== undefined && isBelow(child.path, parent.path)))
  );
}

/** Whether a limit is written as a URL would spell it, so that it can match one. */
export function isSpelledUrlLimit({ scheme, host, path }: UrlLimit): boolean {
  const url = readUrl(`${scheme}://${host}${path ?? "/"}`);
  if (url?.hostname !== host || url.search !== "" || url.hash !== "") return false;
  return path === undefined || (url.pathname === path && (path === "/" || !path.endsWith("/")));
}

function readUrl(text: string): URL | undefined {
  if (text.length > URL_CHARS_MAX || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!Object.hasOwn(DEFAULT_PORT, url.protocol.slice(0, -1))) return undefined;
  if (url.href !== text && url.href !== `${text}/`) return undefined;
  if (url.username !== "" || url.password !== "" || url.hostname.endsWith(".")) return undefined;
  return HIDDEN_SEPARATOR.test(url.pathname) ? undefined : url;
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return Object.entries(DEFAULT_PORT).find(([scheme]) => `${scheme}:` === url.protocol)?.[1] ?? -1;
}

function isBelow(path: string, folder: string): boolean {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}
