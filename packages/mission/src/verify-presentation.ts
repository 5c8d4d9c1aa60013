import { verifyCall } from "@aura/trust";
import type { CallCode, Denial, RefusedCall } from "./call-code.ts";
import { refused } from "./call-code.ts";
import type { AskedCall } from "./call-request.ts";
import type { Evidence } from "./evidence.ts";
import type { MissionWorld } from "./mission-world.ts";
import { callStream } from "./stream-name.ts";

/** Who calls is known, and holds the key that credential and token are bound to. */
export interface VerifiedPresentation {
  readonly kind: "verified";
  readonly instance: string | null;
  /** `jti` of the credential and of the token. */
  readonly credential: string | null;
  readonly token: string | null;
  /** Set when the token is good but does not reach this far: recorded like any denial of a known caller. */
  readonly beyond: Denial | undefined;
}

/**
 * Checks the dual token and the proof of the evidence's caller over this very call against the epochs that stand now. Whatever cannot be verified is
 * `refused` with trust's own reason as `trust/<reason>`, and leaves no entry; so is what another agent shows, as
 * `mission/other_agent`, whatever its token grants. Three signatures.
 */
export function verifyPresentation(
  world: MissionWorld,
  evidence: Evidence,
  asked: AskedCall,
): VerifiedPresentation | RefusedCall {
  const { request, commitment } = asked;
  const { mission, caller, epochs } = evidence;
  if (mission.boundary === undefined) return refused("mission/not_in_progress");
  const nowMs = world.store.nowMs();
  const { org, audience, credentialIssuers, tokenIssuers } = world.authority;
  const { namespace } = world.context;
  const verification = verifyCall(
    {
      org,
      namespace,
      audience,
      credentialIssuers,
      tokenIssuers,
      nowMs,
      epochs,
      evidenceMs: evidence.atMs,
    },
    request.presented,
    {
      call: callStream(mission.id, request.key),
      mission: mission.id,
      boundary: mission.boundary,
      tool: request.tool,
      arguments: request.arguments,
      commitment,
    },
  );
  if (verification.agent !== undefined && verification.agent !== caller) return refused("mission/other_agent");
  if (!verification.ok) {
    const code: CallCode = `trust/${verification.reason}`;
    if (verification.agent === undefined) return { kind: "refused", code, message: verification.detail };
    return {
      kind: "verified",
      instance: null,
      credential: null,
      token: null,
      beyond: { code, message: verification.detail },
    };
  }
  return {
    kind: "verified",
    instance: verification.instance,
    credential: verification.credential,
    token: verification.token,
    beyond: undefined,
  };
}
