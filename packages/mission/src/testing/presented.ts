import type { Commitment, JsonObject, Signer } from "@aura/trust";
import { canonicalJson, commit, issueCredential, mintExecutionToken, newNonce, proveCall, uuidv7 } from "@aura/trust";
import type { CallRequest, PresentUndo, Presented } from "../index.ts";
import { COMPENSATOR, callStream, findCall, loadBoundary, loadEpochs, loadMission } from "../index.ts";
import type { TestWorld } from "./a-world.ts";

export interface TestCall {
  readonly mission: string;
  readonly key?: string;
  readonly tool?: string;
  readonly arguments?: JsonObject;
}

/** What the parts of a presentation are made from, so that a test can make one of them wrong. */
export interface PresentationRecipe {
  readonly org: string;
  readonly namespace: string;
  readonly agent: string;
  readonly instance: string;
  readonly audience: string;
  readonly credentialIssuer: Signer;
  readonly tokenIssuer: Signer;
  /** The key that credential and token are bound to. */
  readonly holder: Signer;
  /** The key that signs the proof. */
  readonly prover: Signer;
  readonly mission: string;
  readonly boundary: string;
  readonly tools: { readonly [tool: string]: JsonObject | null };
  readonly epochs: {
    readonly org: number;
    readonly namespace: number;
    readonly agent: number;
    readonly mission: number;
  };
  readonly credentialAtMs: number;
  readonly tokenAtMs: number;
  readonly proofAtMs: number;
  readonly ttlMs: number;
  /** What the proof speaks of. */
  readonly provenCall: string;
  readonly provenTool: string;
  readonly provenArguments: JsonObject;
  /** What the proof binds instead of a commitment to the proven arguments. */
  readonly commitment?: Commitment;
}

const READ_CALL = { key: "1.1", tool: "read_note", arguments: { path: "invoices.txt" } };

/**
 * A request with a real credential, token and proof, made the way an honest agent would; `override` spoils what it names.
 * Uses the stored nonce if the call exists already.
 */
export async function aCall(
  world: TestWorld,
  call: TestCall,
  override: Partial<PresentationRecipe> = {},
): Promise<CallRequest> {
  const { mission, key, tool, arguments: args } = { ...READ_CALL, ...call };
  const nonce = (await findCall(world, mission, key))?.nonce ?? newNonce(world.random);
  const presented = await presentedFor(world, { mission, key, tool, arguments: args, nonce }, override);
  return { mission, key, tool, arguments: args, nonce, presented, custody: "agent" };
}

/** The three texts for one call. Arguments that are not JSON are proven as `{}`. */
export async function presentedFor(
  world: TestWorld,
  call: {
    readonly mission: string;
    readonly key: string;
    readonly tool: string;
    readonly arguments: JsonObject;
    readonly nonce: string;
  },
  override: Partial<PresentationRecipe> = {},
): Promise<Presented> {
  const recipe: PresentationRecipe = { ...(await honestly(world, call)), ...override };
  const { random } = world;
  const jti = () => uuidv7(world.clock.nowMs(), random);
  const credentialJti = jti();
  const credential = await issueCredential(recipe.credentialIssuer, {
    issuer: `https://${recipe.org}`,
    org: recipe.org,
    namespace: recipe.namespace,
    agent: recipe.agent,
    instance: recipe.instance,
    key: recipe.holder.publicKey,
    epochs: { org: recipe.epochs.org, namespace: recipe.epochs.namespace, agent: recipe.epochs.agent },
    nowMs: recipe.credentialAtMs,
    ttlMs: recipe.ttlMs,
    jti: credentialJti,
  });
  const sub = `spiffe://${recipe.org}/ns/${recipe.namespace}/agent/${recipe.agent}/i/${recipe.instance}`;
  const token = await mintExecutionToken(recipe.tokenIssuer, {
    issuer: `https://${recipe.org}`,
    audience: recipe.audience,
    credential: { sub, jti: credentialJti },
    key: recipe.holder.publicKey,
    mission: recipe.mission,
    boundary: recipe.boundary as Parameters<typeof mintExecutionToken>[1]["boundary"],
    level: "L1",
    tools: recipe.tools as Parameters<typeof mintExecutionToken>[1]["tools"],
    epochs: recipe.epochs,
    nowMs: recipe.tokenAtMs,
    ttlMs: recipe.ttlMs,
    jti: jti(),
  });
  const proof = await proveCall(recipe.prover, {
    call: recipe.provenCall,
    tool: recipe.provenTool,
    commitment: recipe.commitment ?? commit(call.nonce, provable(recipe.provenArguments)),
    audience: recipe.audience,
    token,
    nowMs: recipe.proofAtMs,
    jti: jti(),
  });
  return { credential, token, proof };
}

async function honestly(
  world: TestWorld,
  call: { readonly mission: string; readonly key: string; readonly tool: string; readonly arguments: JsonObject },
): Promise<PresentationRecipe> {
  const mission = await loadMission(world, call.mission);
  const boundary = mission?.boundary === undefined ? undefined : await loadBoundary(world, call.mission);
  const nowMs = world.clock.nowMs();
  const tools: Record<string, JsonObject | null> = { [call.tool]: null };
  for (const { name, constraints } of boundary?.tools ?? []) tools[name] = constraints as JsonObject | null;
  return {
    org: world.authority.org,
    namespace: world.context.namespace,
    agent: mission?.agent ?? "nobody",
    instance: "instance-1",
    audience: world.authority.audience,
    credentialIssuer: world.keys.credential,
    tokenIssuer: world.keys.token,
    holder: world.keys.agent,
    prover: world.keys.agent,
    mission: call.mission,
    boundary: mission?.boundary ?? "A".repeat(43),
    tools,
    epochs: mission === undefined ? NO_EPOCHS : await loadEpochs(world, call.mission),
    credentialAtMs: nowMs,
    tokenAtMs: nowMs,
    proofAtMs: nowMs,
    ttlMs: 300_000,
    provenCall: callStream(call.mission, call.key),
    provenTool: call.tool,
    provenArguments: call.arguments,
  };
}

/** What the compensator of the namespace shows for the undos of one mission. */
export function presentUndo(
  world: TestWorld,
  mission: string,
  override: Partial<PresentationRecipe> = {},
): PresentUndo {
  return async ({ call, tool, arguments: args, commitment }) => {
    const key = call.slice(callStream(mission, "").length);
    const epochs = await loadEpochs(world, mission, "compensator");
    const recipe = { agent: COMPENSATOR, epochs, tools: { [tool]: null }, commitment, ...override };
    return presentedFor(world, { mission, key, tool, arguments: args, nonce: "" }, recipe);
  };
}

const NO_EPOCHS = { org: 0, namespace: 0, agent: 0, mission: 0 };

function provable(args: JsonObject): string {
  try {
    return canonicalJson(args);
  } catch {
    return "{}";
  }
}
