import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { JsonSchema } from "./json-schema.ts";
import { idempotencyKeyMissing, requestInvalid } from "./http-error.ts";
import type { Fault, HttpError } from "./http-error.ts";
import { SCHEMAS } from "./schemas.ts";

/**
 * The one validator of the API, for every body, query, path and header, and in tests for every answer. It judges a value as
 * it came: nothing is coerced, filled in or taken out. It stops at the first fault, so that a large body costs no more
 * than a small one.
 */
export function createValidator(): { compile(schema: JsonSchema): ValidateFunction } {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    allErrors: false,
    coerceTypes: false,
    useDefaults: false,
    removeAdditional: false,
  });
  for (const [name, schema] of Object.entries(SCHEMAS)) ajv.addSchema({ $id: name, ...schema });
  return { compile: (schema) => ajv.compile(schema) };
}

/** What a validator found wrong, in words. */
export function refusalOf(errors: readonly ErrorObject[], part: string): HttpError {
  const missing = errors.find(({ keyword }) => keyword === "required")?.params["missingProperty"];
  if (part === "headers" && missing === "idempotency-key") return idempotencyKeyMissing();
  return requestInvalid(errors.slice(0, FAULTS_MAX).map((error) => faultOf(error, part)));
}

const FAULTS_MAX = 10;

function faultOf({ instancePath, keyword, params, message }: ErrorObject, part: string): Fault {
  const where = part === "querystring" ? "query" : (part as Fault["in"]);
  switch (keyword) {
    case "additionalProperties":
      return {
        in: where,
        at: instancePath,
        problem: `has a member "${params["additionalProperty"]}" that is not known`,
      };
    case "required":
      return { in: where, at: instancePath, problem: `lacks the member "${params["missingProperty"]}"` };
    case "enum":
      return {
        in: where,
        at: instancePath,
        problem: `must be one of ${(params["allowedValues"] as string[]).join(", ")}`,
      };
    default:
      return { in: where, at: instancePath, problem: message ?? "is wrong" };
  }
}
