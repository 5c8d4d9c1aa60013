import { endpointRefused } from "../gateway-error.ts";

/** Where a model is asked: parsed, and allowed. */
export interface Endpoint {
  /** Without brackets, as sockets want it. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Only an address of this machine may answer. */
  readonly loopback: boolean;
  /** `https://api.example.com`, for people; carries no secret. */
  readonly origin: string;
  /** `/v1/chat/completions` */
  readonly path: string;
  /** The header of that name. */
  readonly hostHeader: string;
}

const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/;

/**
 * Reads the base URL of an OpenAI-compatible server, `https://api.example.com/v1`. HTTPS anywhere, plain HTTP to this
 * machine alone; no user, no query, no fragment: a URL is shown to people, and a secret in it would be.
 * @throws `gateway/endpoint_refused`, which does not repeat the URL
 */
export function parseEndpoint(baseUrl: string): Endpoint {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined) throw endpointRefused("It is no URL.");
  if (url.username !== "" || url.password !== "") throw endpointRefused("It holds a user or a password.");
  if (url.search !== "" || url.hash !== "") throw endpointRefused("It holds a query or a fragment.");
  const loopback = LOOPBACK.test(url.hostname);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw endpointRefused("It is neither HTTPS nor HTTP.");
  const tls = url.protocol === "https:";
  if (!tls && !loopback) throw endpointRefused("It is plain HTTP to another machine.");
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (tls ? 443 : 80) : Number(url.port),
    tls,
    loopback,
    origin: url.origin,
    path: `${url.pathname.replace(/\/+$/, "")}/chat/completions`,
    hostHeader: url.host,
  };
}

const LOOPBACK_ADDRESS = /^(?:::ffff:)?127\.[0-9.]+$|^::1$/;

/** Whether a peer is this machine: what `localhost` means is for a file to say, what we reached is not. */
export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && LOOPBACK_ADDRESS.test(address);
}
