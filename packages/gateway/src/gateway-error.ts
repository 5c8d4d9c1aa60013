import { AuraError } from "@aura/trust";

/**
 * Every failure that this package throws.
 *
 * - `gateway/upstream_unavailable`: a tool server cannot be started, does not answer, or answers what is not its protocol
 * - `gateway/server_malformed`: the cause behind it, when a server answered and the answer cannot be used, or no connection to it came about
 * - `gateway/registration_invalid`: registrations and upstreams do not fit together
 * - `gateway/endpoint_refused`: a model server may not be asked where, or with what, the configuration says
 */
export type GatewayErrorCode =
  | "gateway/upstream_unavailable"
  | "gateway/server_malformed"
  | "gateway/registration_invalid"
  | "gateway/endpoint_refused";

export class GatewayError extends AuraError<GatewayErrorCode> {}

/** `why` is ours, never a text of the server: what it wrote to its standard error may hold secrets and goes into `cause`. */
export function upstreamUnavailable(upstream: string, why: string, cause?: unknown): GatewayError {
  return new GatewayError({
    code: "gateway/upstream_unavailable",
    what: `The tools of "${upstream}" cannot be used now.`,
    why,
    fix: "Run the server's command by hand in the same folder and see that it starts; the next use starts it again.",
    cause,
  });
}

export function serverMalformed(what: string): GatewayError {
  return new GatewayError({
    code: "gateway/server_malformed",
    what,
    why: "Its protocol asks for something else, and a guess could pin the wrong tool.",
    fix: "Correct the server, or remove its tools from the release.",
  });
}

export function registrationInvalid(what: string, why: string): GatewayError {
  return new GatewayError({
    code: "gateway/registration_invalid",
    what,
    why,
    fix: "Correct the release or the application's list of upstreams.",
  });
}

/** Repeats neither the URL nor the key: either may hold a secret. */
export function endpointRefused(what: string): GatewayError {
  return new GatewayError({
    code: "gateway/endpoint_refused",
    what: `The address of the model server is refused. ${what}`,
    why: "Prompts and keys leave over HTTPS, or stay on this machine.",
    fix: "Write a base URL like https://api.example.com/v1 or http://127.0.0.1:8080/v1, and the key beside it.",
  });
}
