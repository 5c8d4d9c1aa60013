/** A definition has one purpose; what needs more text belongs into a file that the agent reads. Bytes of UTF-8. */
export const OBJECTIVE_BYTES_MAX = 4_096;
export const DEFINITION_TOOLS_MAX = 128;
export const TIMEOUT_MS_MIN = 1_000;
/** 365 days. */
export const TIMEOUT_MS_MAX = 31_536_000_000;

/** JSON Schema 2020-12 of a mission definition, published as `schemas/definition.schema.json`; a test compares the two. */
export const DEFINITION_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:aura:schema:mission-definition-1",
  title: "Mission definition",
  description:
    "What is delegated: the four members that a mission is created from. Everything else comes from the release.",
  type: "object",
  additionalProperties: false,
  required: ["objective", "tools", "authority", "timeout"],
  properties: {
    objective: {
      description: "What the agent shall reach, in words. At most 4096 bytes of UTF-8.",
      type: "string",
      minLength: 1,
      maxLength: OBJECTIVE_BYTES_MAX,
    },
    tools: {
      description: "The tools it may use: a name, or a name with limits on its arguments.",
      type: "array",
      maxItems: DEFINITION_TOOLS_MAX,
      items: {
        anyOf: [
          { $ref: "#/$defs/toolName" },
          {
            type: "object",
            additionalProperties: false,
            required: ["name"],
            properties: {
              name: { $ref: "#/$defs/toolName" },
              constraints: {
                description: "A constraint for each argument; an argument without one is refused.",
                type: "object",
              },
            },
          },
        ],
      },
    },
    authority: {
      description: "L1 self, L2 manager, L3 department head, L4 board.",
      type: "string",
      enum: ["L1", "L2", "L3", "L4"],
    },
    timeout: {
      description:
        "From start to finish: an ISO 8601 duration without years and months, or milliseconds. 1 s to 365 days.",
      anyOf: [
        { type: "string", minLength: 3, maxLength: 32 },
        { type: "integer", minimum: TIMEOUT_MS_MIN, maximum: TIMEOUT_MS_MAX },
      ],
    },
  },
  $defs: {
    toolName: { type: "string", pattern: "^[A-Za-z0-9_.-]{1,128}$" },
  },
} as const;
