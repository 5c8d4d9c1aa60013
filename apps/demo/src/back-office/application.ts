import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseReleaseText } from "@aura/governance";
import { payablesClerk } from "./agents/payables-clerk.ts";
import { SCENES } from "./scenes.ts";
import { filesServer, modelServer, paymentsServer } from "./servers.ts";
import type { Place } from "./servers.ts";

const RELEASE = fileURLToPath(new URL("release.yaml", import.meta.url));

/** The shop's back office: `aura demo --app apps/demo/src/back-office`. */
export const application = {
  name: "back-office",
  release: parseReleaseText(readFileSync(RELEASE, "utf8"), { file: "release.yaml", format: "yaml" }),
  agents: [payablesClerk],
  files: "files",
  missions: SCENES.map(({ agent, definition }) => ({ agent, definition })),
  upstreams: (place: Place) => [
    filesServer(place),
    paymentsServer(place, ledgerPath(place.state)),
    place.model === undefined ? modelServer(place) : { kind: "model" as const, name: "model", ...place.model },
  ],
};

/** Where the ledger lies below the folder of the servers' own state. */
export function ledgerPath(state: string): string {
  return join(state, "payments", "ledger.sqlite");
}
