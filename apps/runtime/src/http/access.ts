import type { FastifyRequest } from "fastify";
import { crossSite, hostRefused, tooManyRequests, unauthenticated } from "./http-error.ts";
import { REFUSALS_BURST_MAX, REFUSALS_PER_SECOND, WRITES_BURST_MAX, WRITES_PER_SECOND } from "./limits.ts";
import { findOperator } from "./operators.ts";
import type { Operator } from "./operators.ts";
import type { PageSessions } from "./page-sessions.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Who asks, and how we know. */
export interface Caller {
  readonly person: string;
  readonly by: "key" | "session";
}

export interface AccessParts {
  /** Read anew for each request: whoever is removed is out at once, and so is their page. */
  readonly operators: () => Promise<readonly Operator[]>;
  readonly sessions: PageSessions;
  /** Of the cookie: cookies know no ports, so two runtimes on one machine must not share one. */
  readonly cookie: string;
  /** `host[:port]` by which this server is called. */
  readonly hosts: () => ReadonlySet<string>;
  /** Origins of the page. */
  readonly origins: () => ReadonlySet<string>;
  readonly nowMs: () => number;
}

export interface Access {
  /** @throws `http/host_refused` */
  checkHost(request: FastifyRequest): void;
  /** @throws `http/unauthenticated`, `http/cross_site`, `http/too_many_requests` */
  authenticate(request: FastifyRequest): Promise<Caller>;
  /** Somebody showed a secret that is none. Who shows a right one is never refused for it. @throws `http/too_many_requests` */
  countGuess(): void;
  /** @throws `http/cross_site` unless a browser says that our own page sent it */
  checkPage(request: FastifyRequest): void;
}

const READS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

export function createAccess(parts: AccessParts): Access {
  const guesses = new TokenBucket({ burst: REFUSALS_BURST_MAX, perSecond: REFUSALS_PER_SECOND }, parts.nowMs());
  const writes = new Map<string, TokenBucket>();

  const countGuess = (): void => {
    const taken = guesses.take(parts.nowMs());
    if (!taken.ok) throw tooManyRequests(taken.retryAfterSeconds);
  };
  const checkPage = (request: FastifyRequest): void => {
    const { origin } = request.headers;
    if (request.headers["x-aura-page"] !== "1") throw crossSite("The request has a cookie and no header X-Aura-Page.");
    if (origin === undefined || !parts.origins().has(origin)) {
      throw crossSite(`The request comes from ${origin ?? "an unknown origin"}.`);
    }
  };
  const known = async (request: FastifyRequest): Promise<Caller> => {
    const { authorization } = request.headers;
    if (authorization !== undefined) return byKey(parts, authorization);
    const secret = cookieIn(request.headers.cookie, parts.cookie);
    if (secret === undefined) throw unauthenticated("The request shows neither an operator's key nor a session.");
    const session = parts.sessions.find(secret);
    const stands = session !== undefined && (await parts.operators()).some(({ person }) => person === session.person);
    if (!stands) throw unauthenticated("The session of this page is over.");
    if (!READS.has(request.method)) checkPage(request);
    return { person: session.person, by: "session" };
  };
  return {
    checkHost: (request) => {
      const { host } = request.headers;
      if (host === undefined || !parts.hosts().has(host.toLowerCase())) throw hostRefused(host);
    },
    authenticate: async (request) => {
      const caller = await known(request).catch((error: unknown) => {
        if (request.headers.authorization !== undefined) countGuess();
        throw error;
      });
      if (READS.has(request.method)) return caller;
      const bucket = writes.get(caller.person) ?? new TokenBucket(WRITES, parts.nowMs());
      writes.set(caller.person, bucket); // as many as there are operators
      const taken = bucket.take(parts.nowMs());
      if (!taken.ok) throw tooManyRequests(taken.retryAfterSeconds);
      return caller;
    },
    countGuess,
    checkPage,
  };
}

const WRITES = { burst: WRITES_BURST_MAX, perSecond: WRITES_PER_SECOND };

async function byKey({ operators }: AccessParts, authorization: string): Promise<Caller> {
  const key = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(authorization)?.[1];
  const operator = key === undefined ? undefined : findOperator(await operators(), key);
  if (operator === undefined) throw unauthenticated("The key that was shown is no operator's.");
  return { person: operator.person, by: "key" };
}

/** The value of one cookie (RFC 6265 section 4.2); of the first, if a name comes twice. */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value !== undefined && value !== "") return value;
  }
  return undefined;
}
