import { isIP } from "node:net";
import { usage } from "../runtime-error.ts";
import { listenerRefused } from "./http-error.ts";

/** Where a server listens, and under which names it is called. */
export interface ListenAddress {
  /** An IP address, or `localhost`. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

export const DEFAULT_LISTEN: ListenAddress = { host: "127.0.0.1", port: 7_411 };

/** Reads `HOST:PORT`, `[IPv6]:PORT` or `:PORT` (loopback). @throws `runtime/usage` */
export function parseListen(text: string): ListenAddress {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):([0-9]{1,5})$/.exec(text);
  const host = parts?.[1] ?? (parts?.[2] === "" ? DEFAULT_LISTEN.host : parts?.[2]);
  const port = Number(parts?.[3]);
  if (host === undefined || !(port <= 65_535) || (isIP(host) === 0 && host !== "localhost")) {
    throw usage(`${text} is no address to listen on.`, "Write --listen 127.0.0.1:7411 or --listen [::1]:7411.");
  }
  return { host, port };
}

/** True if only this machine reaches it: 127.0.0.0/8 and ::1. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

export interface Exposure {
  readonly tls: boolean;
  readonly behindProxy: boolean;
  readonly publicUrl: string | undefined;
}

/** @throws `http/listener_refused` for an address that others reach in the clear, or without a name of its own */
export function refuseExposed({ host, port }: ListenAddress, { tls, behindProxy, publicUrl }: Exposure): void {
  if (isLoopback(host)) return;
  if (!(tls || behindProxy) || publicUrl === undefined) throw listenerRefused(`${host}:${port}`);
}

/** `Host` values under which requests are taken. The names of the loopback are one machine's own; others must be told. */
export function hostsOf({ host, port }: ListenAddress, { tls, publicUrl }: Exposure): ReadonlySet<string> {
  const names = isLoopback(host) ? ["127.0.0.1", "localhost", "[::1]", shownHost(host)] : [];
  const standard = tls ? 443 : 80;
  const local = names.flatMap((name) => (port === standard ? [name, `${name}:${port}`] : [`${name}:${port}`]));
  return new Set([...local, ...(publicUrl === undefined ? [] : [new URL(publicUrl).host])]);
}

/** Origins that our own page has. */
export function originsOf(address: ListenAddress, exposure: Exposure): ReadonlySet<string> {
  const { tls, publicUrl } = exposure;
  const scheme = tls ? "https" : "http";
  const local = [...hostsOf(address, { ...exposure, publicUrl: undefined })].map(
    (host) => new URL(`${scheme}://${host}`).origin,
  );
  return new Set([...local, ...(publicUrl === undefined ? [] : [new URL(publicUrl).origin])]);
}

/** The URL that this machine reaches it by. */
export function urlOf({ host, port }: ListenAddress, tls: boolean): string {
  return `${tls ? "https" : "http"}://${shownHost(host)}:${port}`;
}

function shownHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
