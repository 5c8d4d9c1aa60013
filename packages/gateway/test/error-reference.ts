import * as error from "../src/gateway-error.ts";

export const errorReference = [
  {
    met: "Thrown by `@aura/gateway` as a `GatewayError`.",
    source: "packages/gateway/src/gateway-error.ts",
    codes: {
      "gateway/upstream_unavailable": [
        error.upstreamUnavailable("files", "The system refuses to start such a process."),
      ],
      "gateway/server_malformed": [error.serverMalformed("It lists two tools of one name.")],
      "gateway/registration_invalid": [
        error.registrationInvalid('The tool "read_file" is registered at "files".', "There is no such upstream."),
      ],
    } satisfies Record<error.GatewayErrorCode, readonly error.GatewayError[]>,
  },
  {
    met: "The code with which a call ends that was sent and failed; the tool's own words stand in the message.",
    source: "packages/gateway/src/tool-result.ts",
    codes: {
      "gateway/call_refused": [
        {
          what: "The tool server answered the call with a protocol error.",
          why: "The server did not run the tool; its number and its words stand in the message.",
          fix: "Read the message, and correct the arguments or the server.",
        },
      ],
      "gateway/tool_failed": [
        {
          what: "The tool ran and says that it failed.",
          why: "What a tool marks as an error counts as not done.",
          fix: "Read the message, and correct the arguments or what the tool works on.",
        },
      ],
    },
  },
];
