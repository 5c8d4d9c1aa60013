import { existsSync } from "node:fs";
import { systemRandom } from "@aura/trust";
import type { Application, ModelPlace, Place } from "../application.ts";
import type { DataFolder } from "../data-folder.ts";
import { placeIn } from "../place.ts";
import { demoForeign } from "../runtime-error.ts";
import { foundNamespace, openNamespace, quietWorld } from "../wire.ts";
import type { Decorators, OpenNamespace } from "../wire.ts";
import { enrolPeople } from "./people.ts";

/** Missions looked at at once. */
const ROWS = 200;

/** A demo's folder that may be served: founded, ours, and with its people enrolled. */
export interface PreparedDemo {
  readonly isNew: boolean;
  readonly place: Place;
}

/**
 * Founds the demo's namespace if there is none, refuses one that belongs to another application, and enrols the people of the
 * release. Every step is durable before the next and is not done twice: interrupted, it is finished by doing it again.
 * @throws `runtime/demo_foreign`, and as `foundNamespace` and `openNamespace`
 */
export async function prepareDemo(
  application: Application,
  parts: {
    readonly folder: DataFolder;
    readonly rootFolder: string;
    readonly org: string;
    readonly decorators: Decorators;
    readonly model: ModelPlace | undefined;
  },
): Promise<PreparedDemo> {
  const { folder, rootFolder, org, decorators, model } = parts;
  const isNew = !existsSync(folder.verifierKey);
  if (isNew) await foundNamespace({ folder, rootFolder, org, release: application.release });
  const namespace = await openNamespace(folder, decorators);
  try {
    await refuseOthers(namespace, application);
    await enrolPeople(await quietWorld(namespace), { people: application.release.people, rootFolder });
  } finally {
    await namespace.close();
  }
  return { isNew, place: await placeIn(folder, systemRandom, model) };
}

/** Missions of agents that are not here would rest for ever, among those of the story. @throws `runtime/demo_foreign` */
async function refuseOthers({ store, context, folder }: OpenNamespace, { agents }: Application): Promise<void> {
  for (let after = ""; ;) {
    const rows = await store.rows(context, "mission", { after, limit: ROWS });
    const other = rows.find(({ members }) => !agents.some(({ name }) => name === members["agent"]));
    const agent = other?.members["agent"];
    if (other !== undefined) throw demoForeign(folder.path, typeof agent === "string" ? agent : "unknown");
    const end = rows.at(-1);
    if (end === undefined || rows.length < ROWS) return;
    after = end.key;
  }
}
