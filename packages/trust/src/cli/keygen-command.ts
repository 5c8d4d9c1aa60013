import { createKeyFile } from "../key-file.ts";
import { systemRandom } from "../system-random.ts";
import { formatVerifierKey, isOrigin } from "../verifier-key.ts";
import { readArguments, wrong } from "./arguments.ts";
import type { Command } from "./arguments.ts";
import { EXIT } from "./exit-code.ts";
import { jsonLine, shown, table } from "./terminal.ts";

export const keygenCommand: Command = {
  name: "keygen",
  summary: "Makes an Ed25519 key in a new file that only you can read, and shows its public half.",
  usage: "aura-trust keygen FILE [--origin ORIGIN] [--json]",
  async run(args, terminal) {
    const given = readArguments(this, args, ["origin"]);
    const origin = given.option("origin");
    if (origin !== undefined && !isOrigin(origin)) {
      throw wrong(this, "--origin has a space, a plus sign or a control character, or is too long.");
    }
    const { publicKey } = await createKeyFile(given.file, systemRandom);
    const verifierKey = origin === undefined ? {} : { verifierKey: formatVerifierKey(origin, publicKey) };
    terminal.out(
      given.json
        ? jsonLine({ file: given.file, publicKey, ...verifierKey })
        : `Wrote a private key to ${shown(given.file)}. Keep it; there is no other copy. Give away only this:\n${table([
            ["public key", JSON.stringify(publicKey)],
            ...Object.entries(verifierKey).map(([, text]) => ["verifier key", text] as const),
          ])}`,
    );
    return EXIT.OK;
  },
};
