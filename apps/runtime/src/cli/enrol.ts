import { existsSync } from "node:fs";
import { join } from "node:path";
import { signEnrolment } from "@aura/mission";
import type { Enrolment } from "@aura/mission";
import { systemClock, systemRandom } from "@aura/trust";
import type { Signer } from "@aura/trust";
import { createKeyFile, loadKeyFile } from "@aura/trust/key-file";
import { loadIdentity } from "../data-folder.ts";
import { enrolmentsElsewhere, usage } from "../runtime-error.ts";
import type { ApiSession } from "./with-api.ts";
import { personOf } from "./approve.ts";
import { readArguments } from "./command.ts";
import type { Arguments, Command, Host } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { defaultRootFolder } from "./init.ts";
import { withApi } from "./with-api.ts";

/** How long somebody has to find a second person. */
const ENROLMENT_TTL_MS = 600_000;

interface Pending {
  readonly pending: readonly { readonly code: string; readonly enrolment: Enrolment }[];
}

export const enrolCommand: Command = {
  name: "enrol",
  summary: "Enrols a person's key for votes: the new key asks, a person who is enrolled already confirms.",
  usage:
    "aura enrol PERSON --new-key FILE [--data DIR], then aura enrol --confirm CODE [--key FILE] [--yes] [--data DIR]",
  async run(args, host) {
    const confirms = args.some((arg) => arg === "--confirm" || arg.startsWith("--confirm="));
    const given = readArguments(this, args, {
      options: {
        data: { type: "string" },
        "new-key": { type: "string" },
        confirm: { type: "string" },
        key: { type: "string" },
        yes: { type: "boolean" },
        json: { type: "boolean" },
      },
      words: confirms ? 0 : 1,
    });
    return withApi(given, host, (session) =>
      confirms
        ? confirm(given.required("confirm"), { given, host, session })
        : ask(given.words[0] ?? "", { given, host, session }),
    );
  },
};

interface Asked {
  readonly given: Arguments;
  readonly host: Host;
  readonly session: ApiSession;
}

/** The new key says whose it is. Without a runtime nobody could remember that, so the second person must be here too. */
async function ask(person: string, asked: Asked): Promise<ExitCode> {
  const { given, session } = asked;
  const { api, folder, terminal } = session;
  const path = given.text("new-key");
  if (path === undefined)
    throw usage("The new person's key must be named.", "Write --new-key FILE; it is made if it is not there.");
  if (api.through === "folder" && given.text("key") === undefined) throw enrolmentsElsewhere();
  const key = existsSync(path) ? await loadKeyFile(path) : await createKeyFile(path, systemRandom);
  const { namespace } = await loadIdentity(folder);
  const enrolment: Enrolment = {
    format: "aura-enrolment-1",
    namespace,
    person,
    key: key.publicKey,
    expiresMs: systemClock.nowMs() + ENROLMENT_TTL_MS,
  };
  const possession = await signEnrolment(key, enrolment);
  const { code } = await api.ask<{ readonly code: string }>({
    method: "POST",
    path: "/v1/approvers",
    body: { possession },
  });
  if (given.text("key") !== undefined) return confirm(code, asked);
  terminal.line(`The key in ${path} waits for a second person. They confirm it within ten minutes with:`);
  terminal.line(`  aura enrol --confirm ${code} --data ${folder.path}`);
  terminal.json({ enrols: person, kid: key.publicKey.kid, code, expiresMs: enrolment.expiresMs });
  return EXIT.WAITING;
}

/** A person whose key counts vouches for exactly the statement that the new key signed. */
async function confirm(code: string, { given, host, session }: Asked): Promise<ExitCode> {
  const { api, folder, terminal } = session;
  const signer: Signer = await loadKeyFile(given.text("key") ?? join(defaultRootFolder(folder.path), "approver.key"));
  const by = await personOf(api, signer.publicKey.kid);
  const { pending } = await api.ask<Pending>({ method: "GET", path: "/v1/approvers" });
  const enrolment = pending.find((one) => one.code === code)?.enrolment;
  const path = `/v1/approvers/${encodeURIComponent(code)}/confirm`;
  if (enrolment !== undefined) {
    terminal.line(`Person ${enrolment.person}, key ${enrolment.key.kid}, code ${code}.`);
    terminal.line("Ask them for the code before you confirm: it stands for this very key.");
    if (!given.flag("yes") && !(await host.confirm("Is this person's key that one?"))) {
      terminal.line("Not confirmed.");
      terminal.json({ code, confirmed: false });
      return EXIT.WAITING;
    }
  }
  // A code that nobody waits under is refused by the runtime, in its words.
  const confirmation = enrolment === undefined ? "a.a.a" : await signEnrolment(signer, enrolment);
  const { person, kid } = await api.ask<{ readonly person: string; readonly kid: string }>({
    method: "POST",
    path,
    body: { confirmation },
  });
  terminal.line(`Enrolled: key ${kid} votes for person ${person} from now on.`);
  terminal.json({ enrolled: person, kid, confirmedBy: by });
  return EXIT.DONE;
}
