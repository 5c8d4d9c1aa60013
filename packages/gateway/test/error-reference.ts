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
      "gateway/endpoint_refused": [error.endpointRefused("It is plain HTTP to another machine.")],
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
  {
    met: "The code with which a call of a model ends that was answered with a refusal.",
    source: "packages/gateway/src/model/model-answer.ts",
    codes: {
      "gateway/model_rate_limited": [
        {
          what: "The model server answered that we ask too often (429).",
          why: "The key's quota or rate is used up.",
          fix: "Ask less often, give the tool a retry, or raise the quota with the provider.",
        },
      ],
      "gateway/model_failed": [
        {
          what: "The model server failed (5xx).",
          why: "The provider could not answer; the request itself may be right.",
          fix: "Try again later, or give the tool a retry.",
        },
      ],
      "gateway/model_redirected": [
        {
          what: "The model server answered with a redirect, which is not followed.",
          why: "A redirect would carry the prompt to a place that nobody configured.",
          fix: "Configure the base URL that the redirect names, if you trust it.",
        },
      ],
      "gateway/model_refused": [
        {
          what: "The model server refused the request.",
          why: "The key, the model's name or the request is not what the server takes; its code stands in the message.",
          fix: "Correct the key, the model or the request.",
        },
      ],
      "gateway/model_request_too_large": [
        {
          what: "The request to the model is longer than 2,097,152 bytes.",
          why: "A request has a limit, so that a conversation that runs away ends.",
          fix: "Shorten the conversation.",
        },
      ],
    },
  },
];
