const MARK = Symbol.for("aura.error");
/** A function that stands here on the global object is told of every error. Our tests count by it which codes they provoke. */
const MADE = Symbol.for("aura.error.made");

/** What happened, why that is refused, and what the reader can do about it. Never holds a secret, a token or a prompt. */
export interface ErrorText<Code extends string> {
  readonly code: Code;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly cause?: unknown;
}

/** The one root of every expected failure. Callers match on `code` through {@link isAuraError}, never on the class. */
export class AuraError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly what: string;
  readonly why: string;
  readonly fix: string;

  constructor(text: ErrorText<Code>) {
    super(`${text.what} ${text.why} ${text.fix}`, text.cause === undefined ? undefined : { cause: text.cause });
    this.name = "AuraError";
    this.code = text.code;
    this.what = text.what;
    this.why = text.why;
    this.fix = text.fix;
    Object.defineProperty(this, MARK, { value: true });
    (globalThis as { readonly [MADE]?: (error: AuraError) => void })[MADE]?.(this);
  }
}

/** Two copies of a package are two classes, so `instanceof` lies; the registered symbol does not. */
export function isAuraError<Code extends string = string>(value: unknown, code?: Code): value is AuraError<Code> {
  if (typeof value !== "object" || value === null || !(MARK in value)) return false;
  return code === undefined || (value as { readonly code?: unknown }).code === code;
}

/** What `read` gives, or `undefined` if it throws an error of ours. Everything else goes on: it is a bug. @internal */
export function orNothing<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (isAuraError(error)) return undefined;
    throw error;
  }
}
