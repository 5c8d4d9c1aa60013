import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { releaseInvalid, type GovernanceError } from "../governance-error.ts";
import { nearestName } from "./nearest-name.ts";
import type { ReleaseDocument } from "./release.ts";
import schema from "./release.schema.json" with { type: "json" };

const validate = new Ajv2020({ strict: true, strictTypes: false, verbose: true }).compile<ReleaseDocument>(schema);

/** Holds a value against the published JSON Schema. @throws `governance/release_invalid` naming the member, its rule and the fix */
export function checkShape(value: unknown): ReleaseDocument {
  if (validate(value)) return value;
  const [error] = validate.errors ?? [];
  throw error === undefined ? releaseInvalid("", "It has another shape.", SEE_SCHEMA) : shapeError(value, error);
}

/** Where something stands, for people: `/rules/3/when` becomes `rules/3 (no-large-refunds)/when`. */
export function memberAt(document: unknown, pointer: string): string {
  const [list, index, ...rest] = pointer.split("/").slice(1);
  if (list === undefined || index === undefined) return list ?? "";
  const name = nameOf(memberOf(memberOf(document, list), index));
  return [list, name === undefined ? index : `${index} (${name})`, ...rest].join("/");
}

const SEE_SCHEMA = "See release.schema.json for the shape.";

function shapeError(document: unknown, error: ErrorObject): GovernanceError {
  const member = memberAt(document, error.instancePath);
  const why = `It ${error.message ?? "has another shape"}.`;
  const parameters = error.params as Record<string, unknown>;
  const known = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? {});
  const written = unknownMember(error, known);
  if (written !== undefined) {
    const nearest = nearestName(written, known);
    const fix = nearest === undefined ? `Remove it. Known are ${known.join(", ")}.` : `Did you mean "${nearest}"?`;
    const place = member === "" ? pointerName(written) : `${member}/${pointerName(written)}`;
    return releaseInvalid(place, `There is no member "${written.slice(0, 128)}".`, fix);
  }
  if (error.keyword === "required") {
    return releaseInvalid(member, why, `Add the member "${String(parameters["missingProperty"])}".`);
  }
  if (error.keyword === "enum") {
    const allowed = (parameters["allowedValues"] as readonly unknown[]).map(String);
    const written = typeof error.data === "string" ? `"${error.data.slice(0, 64)}"` : "Another type";
    return releaseInvalid(member, `${written} is not one of ${allowed.join(", ")}.`, suggestion(error.data, allowed));
  }
  return releaseInvalid(member, why, SEE_SCHEMA);
}

function suggestion(written: unknown, allowed: readonly string[]): string {
  const nearest = typeof written === "string" ? nearestName(written, allowed) : undefined;
  return nearest === undefined ? `Use one of ${allowed.join(", ")}.` : `Did you mean "${nearest}"?`;
}

/** A member that the schema does not have. Told before one that is missing: the one is often the other, misspelt. */
function unknownMember(error: ErrorObject, known: readonly string[]): string | undefined {
  if (error.keyword === "additionalProperties") return String(error.params["additionalProperty"]);
  const isStrict = error.parentSchema?.["additionalProperties"] === false;
  if (error.keyword !== "required" || !isStrict || typeof error.data !== "object" || error.data === null)
    return undefined;
  return Object.keys(error.data).find((name) => !known.includes(name));
}

/** A name as it stands in a JSON pointer, RFC 6901. */
function pointerName(name: string): string {
  return name.slice(0, 128).replaceAll("~", "~0").replaceAll("/", "~1");
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function nameOf(value: unknown): string | undefined {
  const name = memberOf(value, "id") ?? memberOf(value, "name");
  return typeof name === "string" && !name.includes("/") ? name.slice(0, 128) : undefined;
}
