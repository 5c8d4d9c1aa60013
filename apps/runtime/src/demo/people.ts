import { existsSync } from "node:fs";
import { join } from "node:path";
import { enrolApprover, loadApprovers, signEnrolment } from "@aura/mission";
import type { Enrolment, MissionWorld } from "@aura/mission";
import type { Release } from "@aura/governance";
import { loadKeyFile } from "@aura/trust/key-file";
import { makePrivateFolder } from "../durable-file.ts";
import { createMissingKey } from "../keys.ts";

/** Long enough for the slowest disk, far too short for anybody else. */
const ENROLMENT_TTL_MS = 600_000;

/** Where the demo keeps the keys of a release's people: beside the root key, never in the data folder. */
export function peopleFolder(rootFolder: string): string {
  return join(rootFolder, "people");
}

/** The founding's first approver. */
export function founderKeyPath(rootFolder: string): string {
  return join(rootFolder, "approver.key");
}

/**
 * Gives every person of a release a key file (mode 0600) that votes for them, confirmed by the founding's first approver: what
 * a demo does on one laptop and an organisation never should. What stands already stays; a key that was revoked stays so.
 * Does nothing where the founder's key was taken away.
 */
export async function enrolPeople(
  world: MissionWorld,
  { people = [], rootFolder }: { readonly people?: Release["people"]; readonly rootFolder: string },
): Promise<void> {
  const founderPath = founderKeyPath(rootFolder);
  if (!existsSync(founderPath)) return;
  const founder = await loadKeyFile(founderPath);
  await makePrivateFolder(peopleFolder(rootFolder));
  const known = await loadApprovers(world);
  for (const { id } of people) {
    const key = await createMissingKey(join(peopleFolder(rootFolder), `${id}.key`), world.random);
    if (known.some((one) => one.key.kid === key.publicKey.kid)) continue;
    const enrolment: Enrolment = {
      format: "aura-enrolment-1",
      namespace: world.context.namespace,
      person: id,
      key: key.publicKey,
      expiresMs: world.store.nowMs() + ENROLMENT_TTL_MS,
    };
    const [possession, confirmation] = [await signEnrolment(key, enrolment), await signEnrolment(founder, enrolment)];
    await enrolApprover(world, { possession, confirmations: [confirmation] });
  }
}
