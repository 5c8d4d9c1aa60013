import { existsSync } from "node:fs";
import { encodeBase64url, hashText } from "@aura/trust";
import type { Random } from "@aura/trust";
import { readText, writeDurably } from "../durable-file.ts";

/** A code in the page's address is good for an hour, once. */
export const CODE_TTL_MS = 3_600_000;
/** A session of the page lasts a day. */
export const SESSION_TTL_MS = 86_400_000;
/** The oldest goes when one more is made. */
export const CODES_MAX = 32;
export const SESSIONS_MAX = 256;

const FORMAT = "aura-sessions-1";
const SECRET_BYTES = 32;

/** A secret that was handed out, known by its SHA-256. */
interface Kept {
  readonly hash: string;
  readonly person: string;
  readonly expiresMs: number;
}

interface KeptSessions {
  readonly codes: readonly Kept[];
  readonly sessions: readonly Kept[];
}

/** What lets a browser in: a code, once, for a session. Both outlive the process: only hashes are on the disk. */
export interface PageSessions {
  /** A fresh code for `person`. Durable when it resolves. */
  newCode(person: string): Promise<string>;
  /** Takes a code and gives a session's secret; `undefined` for a code that is unknown, used or too old. Durable. */
  redeem(code: string): Promise<{ readonly secret: string; readonly person: string } | undefined>;
  /** Whose session that is. */
  find(secret: string): { readonly person: string } | undefined;
  /** Ends a session. Durable when it resolves. */
  end(secret: string): Promise<void>;
}

export interface PageSessionsParts {
  /** A file of the data folder. What cannot be read there lets nobody in: everybody asks for a new code. */
  readonly path: string;
  readonly random: Random;
  readonly nowMs: () => number;
}

export async function openPageSessions({ path, random, nowMs }: PageSessionsParts): Promise<PageSessions> {
  let kept = existsSync(path) ? parseKept(await readText(path)) : { codes: [], sessions: [] };
  let last: Promise<unknown> = Promise.resolve();

  /** One change after the other: each is on the disk before the next begins, and before anybody learns of it. */
  const change = <Value>(act: () => { readonly next: KeptSessions; readonly value: Value }): Promise<Value> => {
    const turn = last.then(async () => {
      const { next, value } = act();
      if (next !== kept) await writeDurably(path, `${JSON.stringify({ format: FORMAT, ...next })}\n`);
      kept = next;
      return value;
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  const secretFor = (person: string, ttlMs: number): { readonly secret: string; readonly entry: Kept } => {
    const secret = encodeBase64url(random.bytes(SECRET_BYTES));
    return { secret, entry: { hash: hashText(secret), person, expiresMs: nowMs() + ttlMs } };
  };
  const live = (list: readonly Kept[]): readonly Kept[] => list.filter(({ expiresMs }) => expiresMs > nowMs());
  return {
    newCode: (person) =>
      change(() => {
        const { secret, entry } = secretFor(person, CODE_TTL_MS);
        const codes = [...live(kept.codes), entry].slice(-CODES_MAX);
        return { next: { ...kept, codes }, value: secret };
      }),
    redeem: (code) =>
      change(() => {
        const hash = hashText(code);
        const found = live(kept.codes).find((one) => one.hash === hash);
        if (found === undefined) return { next: kept, value: undefined };
        const { secret, entry } = secretFor(found.person, SESSION_TTL_MS);
        const codes = kept.codes.filter((one) => one !== found);
        const sessions = [...live(kept.sessions), entry].slice(-SESSIONS_MAX);
        return { next: { codes, sessions }, value: { secret, person: found.person } };
      }),
    find: (secret) => {
      const hash = hashText(secret);
      const found = live(kept.sessions).find((one) => one.hash === hash);
      return found === undefined ? undefined : { person: found.person };
    },
    end: (secret) =>
      change(() => {
        const hash = hashText(secret);
        return { next: { ...kept, sessions: kept.sessions.filter((one) => one.hash !== hash) }, value: undefined };
      }),
  };
}

function parseKept(text: string): KeptSessions {
  try {
    const value = JSON.parse(text) as { readonly [member: string]: unknown };
    const { format, codes, sessions } = value;
    if (format === FORMAT && isKeptList(codes) && isKeptList(sessions)) return { codes, sessions };
  } catch {
    // A file that somebody spoiled lets nobody in.
  }
  return { codes: [], sessions: [] };
}

function isKeptList(value: unknown): value is readonly Kept[] {
  return Array.isArray(value) && value.every(isKept);
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== "object" || value === null) return false;
  const { hash, person, expiresMs } = value as { readonly [member: string]: unknown };
  return typeof hash === "string" && typeof person === "string" && typeof expiresMs === "number";
}
