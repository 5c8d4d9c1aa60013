import { bodyMalformed } from "./http-error.ts";
import { BODY_DEPTH_MAX } from "./limits.ts";

/**
 * Reads a JSON body. Besides what is not JSON it refuses what JSON can write and no program can hold: a number beyond
 * double precision (`1e400`), a member that would become an object's prototype, nesting beyond {@link BODY_DEPTH_MAX}.
 * An empty body is none: routes that need one say so.
 * @throws `http/body_malformed`
 */
export function parseJsonBody(text: string): unknown {
  if (text === "") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bodyMalformed("it does not follow RFC 8259", error);
  }
  const problem = problemIn(value, BODY_DEPTH_MAX);
  if (problem !== undefined) throw bodyMalformed(problem);
  return value;
}

function problemIn(value: unknown, levels: number): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "it holds a number that is too large";
  if (typeof value !== "object" || value === null) return undefined;
  if (levels === 0) return `it is nested deeper than ${BODY_DEPTH_MAX} levels`;
  if (Object.hasOwn(value, "__proto__")) return "it has a member __proto__";
  for (const member of Object.values(value)) {
    const problem = problemIn(member, levels - 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
