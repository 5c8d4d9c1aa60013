import { isAbove } from "./claim.ts";
import type { Hash } from "./entry.ts";
import type { ExecutionToken, GrantedTools } from "./execution-token.ts";
import type { MissionEpochs } from "./epoch.ts";
import type { PublicKey } from "./public-key.ts";
import { subsumesConstraints } from "./subsumes.ts";

/** Which law a link breaks, and at which claim. The problem goes on after the name of the claim. */
export interface LinkProblem {
  readonly reason: "delegation_broken" | "delegation_too_deep" | "delegation_wider";
  readonly claim: string;
  readonly problem: string;
}

/** The name of a key as issuer: its SHA-256 thumbprint as a URI (RFC 9278 section 3). */
export function thumbprintUri({ kid }: PublicKey): string {
  return `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${kid}`;
}

/**
 * The law of a link, for who signs it and for who verifies it: invariants I1 to I5 of
 * draft-niyikiza-oauth-attenuating-agent-tokens-01 section 4, and the same for our claims: audience, credential, mission,
 * boundary and epochs stay, the level may fall. `parentHash` is that of the parent's signing input. That the parent's
 * holder signed is asked before. Every law is transitive, so each pair in a chain is enough.
 */
export function linkProblem(parent: ExecutionToken, parentHash: Hash, child: ExecutionToken): LinkProblem | undefined {
  return brokenLink(parent, parentHash, child) ?? tooDeep(parent, child) ?? wider(parent, child);
}

function brokenLink(parent: ExecutionToken, parentHash: Hash, child: ExecutionToken): LinkProblem | undefined {
  const broken = problemWith("delegation_broken");
  if (child.parentHash !== parentHash) return broken("par_hash", "names another token than the one before it");
  if (child.issuer !== thumbprintUri(parent.key)) return broken("iss", "is not the key that the parent is bound to");
  return child.depth === parent.depth + 1 ? undefined : broken("del_depth", "is not one more than the parent's");
}

function tooDeep(parent: ExecutionToken, child: ExecutionToken): LinkProblem | undefined {
  // A child that was read lies within its own del_max_depth, so this is I2 whole.
  if (child.maxDepth <= parent.maxDepth) return undefined;
  return problemWith("delegation_too_deep")("del_max_depth", "is above the parent's");
}

function wider(parent: ExecutionToken, child: ExecutionToken): LinkProblem | undefined {
  const wide = problemWith("delegation_wider");
  if (child.iat < parent.iat) return wide("iat", "is before the parent's");
  if (child.exp > parent.exp) return wide("exp", "is after the parent's");
  if (child.audience !== parent.audience) return wide("aud", "is not the parent's");
  const { sub, jti } = parent.credential;
  if (child.credential.sub !== sub || child.credential.jti !== jti) return wide("wid", "is not the parent's");
  if (child.mission !== parent.mission || child.boundary !== parent.boundary) return wide("msn", "is not the parent's");
  if (!isSame(child.epochs, parent.epochs)) return wide("epochs", "are not the parent's");
  if (isAbove(child.level, parent.level)) return wide("lvl", "is above the parent's");
  return widerTools(parent.tools, child.tools);
}

function widerTools(parent: GrantedTools, child: GrantedTools): LinkProblem | undefined {
  const wide = problemWith("delegation_wider");
  for (const [tool, limits] of Object.entries(child)) {
    const granted = Object.hasOwn(parent, tool) ? parent[tool] : undefined;
    if (granted === undefined) return wide("tools", "grants a tool that the parent does not");
    if (!subsumesConstraints(granted, limits))
      return wide("tools", "has limits that are not narrower than the parent's");
  }
  return undefined;
}

function isSame(left: MissionEpochs, right: MissionEpochs): boolean {
  return (
    left.org === right.org &&
    left.namespace === right.namespace &&
    left.agent === right.agent &&
    left.mission === right.mission
  );
}

function problemWith(reason: LinkProblem["reason"]): (claim: string, problem: string) => LinkProblem {
  return (claim, problem) => ({ reason, claim, problem });
}
