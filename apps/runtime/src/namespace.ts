import { parseRelease, releaseDigest, releaseText } from "@aura/governance";
import type { Release } from "@aura/governance";
import { agentStream, CONTROL_STREAM } from "@aura/mission";
import { commit, invariant, newNonce } from "@aura/trust";
import type { Commitment } from "@aura/trust";
import { record, RUNTIME } from "./record.ts";
import type { Recorder } from "./record.ts";

/** Every release that this namespace had, oldest first; the last one is in force. Missions are bound to the ones they froze. */
export async function loadReleases({
  store,
  context,
}: Pick<Recorder, "store" | "context">): Promise<readonly Release[]> {
  const releases: Release[] = [];
  for await (const entry of store.read(context, CONTROL_STREAM, 0)) {
    const commitment = entry.payloads["release"];
    if (commitment !== undefined) releases.push(await openRelease({ store, context }, commitment));
  }
  return releases;
}

/**
 * Puts a release in force if another one is, and registers its agents that are not registered in their version. Both are
 * entries. Here the owner of the machine is the only approver: the constitution's quorum is 1.
 */
export async function activate(recorder: Recorder, release: Release): Promise<void> {
  const digest = releaseDigest(release);
  const current = (await loadReleases(recorder)).at(-1);
  if (current === undefined || releaseDigest(current) !== digest) {
    const payload = releasePayload(recorder, release);
    const draft = { type: "release.activated", actor: RUNTIME, data: { digest } };
    await record(recorder, CONTROL_STREAM, { ...draft, payloads: { release: payload.commitment } }, [payload]);
  }
  for (const { name, version, owner, authority } of release.agents) {
    if ((await registeredVersion(recorder, name)) === version) continue;
    const draft = { type: "agent.registered", actor: RUNTIME, data: { version, owner, authority } };
    await record(recorder, agentStream(name), draft);
  }
}

/** The version an agent was registered in last; `undefined` if it never was. */
export async function registeredVersion({ store, context }: Recorder, agent: string): Promise<string | undefined> {
  let registered: string | undefined;
  for await (const { type, data } of store.read(context, agentStream(agent), 0)) {
    if (type === "agent.registered" && typeof data["version"] === "string") registered = data["version"];
  }
  return registered;
}

/** The text of a release with a fresh commitment to it. */
export function releasePayload({ random }: Pick<Recorder, "random">, release: Release) {
  const [nonce, text] = [newNonce(random), releaseText(release)];
  return { commitment: commit(nonce, text), nonce, text };
}

async function openRelease(
  { store, context }: Pick<Recorder, "store" | "context">,
  commitment: Commitment,
): Promise<Release> {
  const payload = await store.payload(context, commitment);
  invariant(payload !== undefined && payload !== "erased", "releases are never erased");
  return parseRelease(JSON.parse(payload.text));
}
