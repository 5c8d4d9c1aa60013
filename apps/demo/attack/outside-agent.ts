import { join } from "node:path";
import {
  approveMission,
  createMission,
  loadBoundary,
  loadEpochs,
  loadMission,
  parseDefinition,
  planMission,
  queueMission,
  requestApproval,
  startMission,
  callStream,
} from "@aura/mission";
import type { CallRequest, Mission } from "@aura/mission";
import {
  canonicalJson,
  commit,
  generateKey,
  issueCredential,
  mintExecutionToken,
  newNonce,
  proveCall,
  uuidv7,
} from "@aura/trust";
import type { JsonObject, Signer } from "@aura/trust";
import { loadKeyFile } from "@aura/trust/key-file";
import type { CopiedWorld } from "./copied-log.ts";

/** An agent's instance with everything it needs to make calls of one mission. */
export interface OutsideAgent {
  readonly agent: string;
  readonly key: Signer;
  readonly credential: string;
  readonly token: string;
  readonly mission: string;
}

export const CLERK = "payables-clerk";

/** A mission in progress that may pay, as the runtime brings one there. */
export async function missionThatPays({ world }: CopiedWorld): Promise<Mission> {
  const definition = parseDefinition({
    objective: "Pay one invoice.",
    tools: ["pay"],
    authority: "L1",
    timeout: "PT1H",
  });
  const { id } = await createMission(world, { definition, agent: CLERK, actor: { id: "operator", custody: "person" } });
  for (const step of [planMission, requestApproval, approveMission, queueMission, startMission]) await step(world, id);
  const mission = await loadMission(world, id);
  if (mission?.state !== "IN_PROGRESS")
    throw new Error(`The mission is ${mission?.state ?? "gone"}, and not IN_PROGRESS.`);
  return mission;
}

/** A real dual token, issued with the namespace's own keys, as the runtime issues it. */
export async function issueTo(
  { world, identity }: CopiedWorld,
  folder: string,
  holder: { readonly agent: string; readonly mission: string; readonly tools: readonly string[] },
): Promise<OutsideAgent> {
  const { agent, mission, tools } = holder;
  const [credentialKey, tokenKey, key] = await Promise.all([
    loadKeyFile(join(folder, "keys", "credential.key")),
    loadKeyFile(join(folder, "keys", "token.key")),
    generateKey(world.random),
  ]);
  const nowMs = world.store.nowMs();
  const epochs = await loadEpochs(world, mission, agent === CLERK ? "agent" : "compensator");
  const boundary = await loadBoundary(world, mission);
  const digest = (await loadMission(world, mission))?.boundary;
  if (boundary === undefined || digest === undefined) throw new Error("The mission has no boundary.");
  const [instance, jti] = [uuidv7(nowMs, world.random), uuidv7(nowMs, world.random)];
  const credential = await issueCredential(credentialKey, {
    issuer: `https://${identity.origin}`,
    org: identity.org,
    namespace: identity.namespace,
    agent,
    instance,
    key: key.publicKey,
    epochs: { org: epochs.org, namespace: epochs.namespace, agent: epochs.agent },
    nowMs,
    ttlMs: 3_600_000,
    jti,
  });
  const token = await mintExecutionToken(tokenKey, {
    issuer: `https://${identity.origin}`,
    audience: world.authority.audience,
    credential: { sub: `spiffe://${identity.org}/ns/${identity.namespace}/agent/${agent}/i/${instance}`, jti },
    key: key.publicKey,
    mission,
    boundary: digest,
    level: boundary.authority,
    tools: Object.fromEntries(tools.map((tool) => [tool, null])),
    epochs,
    nowMs,
    ttlMs: 300_000,
    jti: uuidv7(nowMs, world.random),
  });
  return { agent, key, credential, token, mission };
}

/** A call as it is presented, with a proof by `signer`. */
export async function present(
  { world }: CopiedWorld,
  { credential, token, mission }: OutsideAgent,
  call: { readonly key: string; readonly tool: string; readonly arguments: JsonObject; readonly signer: Signer },
): Promise<CallRequest> {
  const nonce = newNonce(world.random);
  const nowMs = world.store.nowMs();
  const proof = await proveCall(call.signer, {
    call: callStream(mission, call.key),
    tool: call.tool,
    commitment: commit(nonce, canonicalJson(call.arguments)),
    audience: world.authority.audience,
    token,
    nowMs,
    jti: uuidv7(nowMs, world.random),
  });
  return {
    mission,
    key: call.key,
    tool: call.tool,
    arguments: call.arguments,
    nonce,
    presented: { credential, token, proof },
    custody: "agent",
  };
}
