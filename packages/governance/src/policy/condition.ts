import { reaches, type DecisionRequest } from "@aura/mission";
import { evaluateConstraint, unreachable, type JsonValue } from "@aura/trust";
import { isLevel, readFact } from "./fact.ts";
import type { ArgumentAtom, Condition, FactAtom } from "./rule.ts";

/** Kleene's third value stands for a fact or an argument that is absent or not of its type. */
export type Truth = true | false | "unknown";

/**
 * Evaluates a condition against a request. Every atom is asked, whatever the others answer, so what is reported as unknown
 * does not depend on the order of conditions. Pure but for `unknown`, which receives the names: `customer.tier`,
 * `arguments.amount`. O(atoms).
 */
export function evaluate(condition: Condition, request: DecisionRequest, unknown: Set<string>): Truth {
  if ("all" in condition) return every(condition.all.map((part) => evaluate(part, request, unknown)));
  if ("any" in condition) return some(condition.any.map((part) => evaluate(part, request, unknown)));
  if ("not" in condition) return not(evaluate(condition.not, request, unknown));
  const truth = "argument" in condition ? evaluateArgument(condition, request) : evaluateFact(condition, request);
  if (truth === "unknown") unknown.add("argument" in condition ? `arguments.${condition.argument}` : condition.fact);
  return truth;
}

function every(parts: readonly Truth[]): Truth {
  if (parts.includes(false)) return false;
  return parts.includes("unknown") ? "unknown" : true;
}

function some(parts: readonly Truth[]): Truth {
  if (parts.includes(true)) return true;
  return parts.includes("unknown") ? "unknown" : false;
}

function not(part: Truth): Truth {
  return part === "unknown" ? "unknown" : !part;
}

function evaluateArgument(atom: ArgumentAtom, request: DecisionRequest): Truth {
  const given = request.call?.arguments ?? {};
  const value = Object.hasOwn(given, atom.argument) ? given[atom.argument] : undefined;
  if ("present" in atom) return (value !== undefined) === atom.present;
  return evaluateConstraint(atom.is, value);
}

function evaluateFact(atom: FactAtom, request: DecisionRequest): Truth {
  const value = readFact(request, atom.fact);
  if ("present" in atom) return (value !== undefined) === atom.present;
  if ("equals" in atom) return typeof value === typeof atom.equals ? value === atom.equals : "unknown";
  if ("in" in atom) return typeof value === "string" ? atom.in.includes(value) : "unknown";
  if ("min" in atom) return Number.isSafeInteger(value) ? (value as number) >= atom.min : "unknown";
  if ("max" in atom) return Number.isSafeInteger(value) ? (value as number) <= atom.max : "unknown";
  if ("reaches" in atom) return isLevel(value) ? reaches(value, atom.reaches) : "unknown";
  if ("anyIn" in atom) return isList(value) ? value.some((entry) => atom.anyIn.includes(entry)) : "unknown";
  if ("allIn" in atom) return isList(value) ? value.every((entry) => atom.allIn.includes(entry)) : "unknown";
  return unreachable(atom);
}

function isList(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}
