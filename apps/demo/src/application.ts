import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseReleaseText } from "@aura/governance";
import { payablesClerk } from "./back-office/agents/payables-clerk.ts";
import { SCENES } from "./back-office/scenes.ts";
import { filesServer, ledgerPath, modelServer, paymentsServer } from "./back-office/servers.ts";
import type { Place } from "./back-office/servers.ts";
import { story } from "./back-office/story.ts";

const RELEASE = fileURLToPath(new URL("back-office/release.yaml", import.meta.url));

/** The shop's back office: `aura demo --app apps/demo`. */
export const application = {
  name: "back-office",
  release: parseReleaseText(readFileSync(RELEASE, "utf8"), { file: "release.yaml", format: "yaml" }),
  agents: [payablesClerk],
  files: "files",
  /** What runs without a page; with one, the story plays the same scenes. */
  missions: SCENES.flatMap(({ play }) =>
    typeof play === "string" ? [] : [{ agent: play.agent, definition: play.definition }],
  ),
  story,
  upstreams: (place: Place) => [
    filesServer(place),
    paymentsServer(place, ledgerPath(place.state)),
    place.model === undefined ? modelServer(place) : { kind: "model" as const, name: "model", ...place.model },
  ],
};
