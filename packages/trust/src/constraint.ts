import type { JsonValue } from "./json-value.ts";

/**
 * A limit on one argument of one tool. The first nine types are those of draft-niyikiza-oauth-attenuating-agent-tokens
 * section 3.4, with its member names; the last four are extensions in the sense of its section 3.5. There are no
 * regular expressions: whether one is narrower than another cannot be decided.
 *
 * | type | accepts |
 * | --- | --- |
 * | `exact` | this scalar |
 * | `range` | numbers between the bounds; integers only up to 2^53 - 1 |
 * | `one_of`, `not_one_of` | one of, none of these values |
 * | `contains` | arrays that hold all of these |
 * | `subset` | arrays that hold nothing but these |
 * | `wildcard` | anything, but something |
 * | `all`, `any` | what all clauses, at least one clause accepts |
 * | `decimal` | decimal text like "42.50" between the bounds: money, never a JSON number |
 * | `path` | a POSIX path at or below `within`, judged as text |
 * | `url` | an absolute URL of this scheme, host, port (the scheme's own if absent), at or below this path |
 * | `len` | text of so many code points, arrays of so many elements |
 *
 * Values are equal when their canonical JSON is. A value of a type that none of the constants has is unknown to `exact`,
 * `one_of` and `not_one_of`, which is stricter than the draft for `not_one_of`.
 */
export type Constraint =
  | { readonly constraint_type: "exact"; readonly value: null | boolean | number | string }
  | ({ readonly constraint_type: "range" } & Bounds<number>)
  | { readonly constraint_type: "one_of"; readonly values: readonly JsonValue[] }
  | { readonly constraint_type: "not_one_of"; readonly excluded: readonly JsonValue[] }
  | { readonly constraint_type: "contains"; readonly required: readonly JsonValue[] }
  | { readonly constraint_type: "subset"; readonly allowed: readonly JsonValue[] }
  | { readonly constraint_type: "wildcard" }
  | { readonly constraint_type: "all"; readonly constraints: readonly Constraint[] }
  | { readonly constraint_type: "any"; readonly constraints: readonly Constraint[] }
  | ({ readonly constraint_type: "decimal" } & Bounds<string>)
  | { readonly constraint_type: "path"; readonly within: string }
  | ({ readonly constraint_type: "url" } & UrlLimit)
  | { readonly constraint_type: "len"; readonly min?: number; readonly max?: number };

export type ConstraintType = Constraint["constraint_type"];
export type ConstraintOf<Type extends ConstraintType> = Extract<Constraint, { constraint_type: Type }>;

/** The limits on the arguments of one tool, by argument. A closed world: an argument not named here is refused. */
export interface Constraints {
  readonly [argument: string]: Constraint;
}

/** A constraint as people write it: {"decimal": {"max": "100.00"}}. `parseConstraints` gives it back in full. */
export type ShortConstraint =
  | { readonly exact: null | boolean | number | string }
  | { readonly range: Bounds<number> }
  | { readonly one_of: readonly JsonValue[] }
  | { readonly not_one_of: readonly JsonValue[] }
  | { readonly contains: readonly JsonValue[] }
  | { readonly subset: readonly JsonValue[] }
  | { readonly wildcard: { readonly [member: string]: never } }
  | { readonly all: readonly (Constraint | ShortConstraint)[] }
  | { readonly any: readonly (Constraint | ShortConstraint)[] }
  | { readonly decimal: Bounds<string> }
  | { readonly path: string }
  | { readonly url: UrlLimit }
  | { readonly len: { readonly min?: number; readonly max?: number } };

/** At least one bound is there. A bound is inclusive unless its flag says false. */
export interface Bounds<Value> {
  readonly min?: Value;
  readonly max?: Value;
  readonly min_inclusive?: boolean;
  readonly max_inclusive?: boolean;
}

export interface UrlLimit {
  readonly scheme: "http" | "https" | "ws" | "wss";
  /** As WHATWG URL writes it: lower case, IDNA in ASCII. */
  readonly host: string;
  readonly port?: number;
  /** `/v1` covers `/v1` and `/v1/...`, not `/v10`. */
  readonly path?: string;
}

/** How deep `all` and `any` may nest: a constraint without clauses is 1. The draft recommends this number. */
export const CONSTRAINT_DEPTH_MAX = 32;
/** Values in a list, clauses in `all` and `any`, arguments of a tool. */
export const CONSTRAINT_ITEMS_MAX = 256;
