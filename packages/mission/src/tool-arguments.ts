import type { Hash, JsonObject } from "@aura/trust";
import { canonicalJson } from "@aura/trust";
import type { Options, ValidateFunction } from "ajv/dist/2020.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import { Ajv as AjvDraft7 } from "ajv";
import { KeptNewest } from "./kept-newest.ts";
import { linearTimePattern } from "./linear-time-pattern.ts";
import { toolSchemaUnusable } from "./mission-error.ts";
import type { Tool } from "./tool.ts";

/** Characters of a tool's input schema in canonical form. */
export const INPUT_SCHEMA_LENGTH_MAX = 262_144;
/** Compiled schemas that are kept. */
const VALIDATORS_KEPT_MAX = 512;

/**
 * What is wrong with `args` in the eyes of the tool's own schema; `undefined` if nothing is. Nothing is coerced or filled
 * in. The schema is compiled once for each digest. @throws `mission/tool_schema_unusable`
 */
export function argumentsProblem(tool: Tool, args: JsonObject): string | undefined {
  const matches = validatorOf(tool);
  if (matches(args)) return undefined;
  const [error] = matches.errors ?? [];
  return `${error?.instancePath || "/"} ${error?.message ?? "does not match the schema"}`;
}

/** @throws `mission/tool_schema_unusable` unless the tool's schema can be compiled */
export function requireUsableSchema(tool: Tool): void {
  validatorOf(tool);
}

const validators = new KeptNewest<Hash, ValidateFunction>(VALIDATORS_KEPT_MAX);

function validatorOf(tool: Tool): ValidateFunction {
  const kept = validators.get(tool.digest);
  if (kept !== undefined) return kept;
  const validator = compile(tool);
  validators.set(tool.digest, validator);
  return validator;
}

/**
 * Foreign schemas hold keywords and formats of their maker's taste: unknown ones are ignored, as JSON Schema says.
 * References are never fetched. One instance for each schema, so that two schemas with one `$id` never meet.
 */
const OPTIONS: Options = { strict: false, validateFormats: false, code: { regExp: linearTimePattern } };

function compile(tool: Tool): ValidateFunction {
  try {
    const { length } = canonicalJson(tool.inputSchema);
    if (length > INPUT_SCHEMA_LENGTH_MAX) throw new RangeError(`it has ${length} characters`);
    const { $schema: dialect, ...schema } = tool.inputSchema;
    const isDraft7 = typeof dialect === "string" && /draft-0[67]/.test(dialect);
    return (isDraft7 ? new AjvDraft7(OPTIONS) : new Ajv2020(OPTIONS)).compile(schema);
  } catch (error) {
    throw toolSchemaUnusable(tool.name, error);
  }
}
