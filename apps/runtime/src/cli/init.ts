import { relative } from "node:path";
import { parseRelease } from "@aura/governance";
import { systemRandom } from "@aura/trust";
import { loadApplication } from "../application.ts";
import { dataFolder, isDomain } from "../data-folder.ts";
import { createMissingOperator, DEFAULT_OPERATOR, isPerson } from "../http/operators.ts";
import { rootKeyPath } from "../founding.ts";
import { usage } from "../runtime-error.ts";
import { foundNamespace } from "../wire.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";

/** Where a laptop's namespace belongs when nobody says otherwise. */
export const DEFAULT_ORG = "localhost";

export const initCommand: Command = {
  name: "init",
  summary: "Founds a namespace: keys, the first entry of its log, and the key that others verify it with.",
  usage: "aura init --data DIR [--root-dir DIR] [--org DOMAIN] [--app DIR] [--operator PERSON]",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: {
        data: { type: "string" },
        "root-dir": { type: "string" },
        org: { type: "string" },
        app: { type: "string" },
        operator: { type: "string" },
        json: { type: "boolean" },
      },
    });
    const folder = dataFolder(given.required("data"));
    const org = given.text("org") ?? DEFAULT_ORG;
    if (!isDomain(org)) throw usage(`${org} is not a domain name.`, "Write one like example.com, in lower case.");
    const operator = given.text("operator") ?? DEFAULT_OPERATOR;
    if (!isPerson(operator)) {
      throw usage(`${operator} is no id of a person.`, "Use 1 to 63 lower-case letters, digits and hyphens.");
    }
    const rootFolder = given.text("root-dir") ?? defaultRootFolder(folder.path);
    const app = given.text("app");
    const release = app === undefined ? parseRelease(DENY_ALL) : (await loadApplication(app)).release;
    const { identity } = await foundNamespace({ folder, rootFolder, org, release });
    await createMissingOperator(folder, systemRandom, operator);

    const terminal = host.terminal(given.flag("json") ? "json" : "people");
    const rootKey = rootKeyPath(rootFolder);
    terminal.json({
      founded: identity.namespace,
      origin: identity.origin,
      data: folder.path,
      rootKey,
      verifierKey: folder.verifierKey,
      operatorKey: folder.operatorKey,
    });
    terminal.line(`Founded namespace ${identity.namespace} in ${shown(folder.path)}.`);
    terminal.line(`Its log is called ${identity.origin}.`);
    terminal.line();
    terminal.line(`Take the root key away from this machine: ${shown(rootFolder)}`);
    terminal.line(
      "  It signed the founding; the runtime never needs it. Its public half, root.jwk, may be given to anybody.",
    );
    terminal.line("  approver.key beside it is yours: with it you answer what waits for people (`aura approve`).");
    terminal.line(`The operator's key for the API is in ${shown(folder.operatorKey)}.`);
    terminal.line(`Give the log's verifier key to everybody who shall verify the log: ${shown(folder.verifierKey)}`);
    terminal.line("  It is public. Send it another way than the log itself, so that nobody can exchange both.");
    return EXIT.DONE;
  },
};

/** Beside the data folder, never inside it: a copy of the one must not carry the other along. */
export function defaultRootFolder(data: string): string {
  return `${data}.root`;
}

/** A path as somebody in this folder would write it. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" || short.startsWith("..") ? path : short;
}

/** Until an application's release is activated, nothing is permitted. */
const DENY_ALL = { format: "aura-release-1", agents: [], tools: [], rules: [] };
