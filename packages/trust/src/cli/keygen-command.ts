import { formatWitnessKey } from "../cosignature.ts";
import { createKeyFile, createSealedKeyFile } from "../key-file.ts";
import { systemRandom } from "../system-random.ts";
import { formatVerifierKey, isOrigin } from "../verifier-key.ts";
import { readArguments, wrong } from "./arguments.ts";
import type { Command } from "./arguments.ts";
import { EXIT } from "./exit-code.ts";
import { givenPassphrase } from "./given-signer.ts";
import { jsonLine, shown, table } from "./terminal.ts";

export const keygenCommand: Command = {
  name: "keygen",
  summary: "Makes an Ed25519 key in a new file that only you can read, and shows its public half.",
  usage: "aura-trust keygen FILE [--origin ORIGIN] [--witness NAME] [--passphrase-fd N] [--json]",
  help: `  --origin ORIGIN      also shows the verifier key of the log of that origin, like acme.example/aura/payments
  --witness NAME       also shows the witness key of that name, like witness.example/w1
  --passphrase-fd N    seals the file under the first line of file descriptor N: scrypt and AES-256-GCM

  aura-trust keygen log.key --origin acme.example/aura/payments
  aura-trust keygen root.key --passphrase-fd 3 3< passphrase.txt`,
  async run(args, terminal) {
    const given = readArguments(this, args, { once: ["origin", "witness", "passphrase-fd"] });
    const [origin, witness] = [given.option("origin"), given.option("witness")];
    for (const [name, value] of Object.entries({ origin, witness })) {
      if (value !== undefined && !isOrigin(value)) {
        throw wrong(this, `--${name} has a space, a plus sign or a control character, or is too long.`);
      }
    }
    const passphrase = givenPassphrase(this, given.option("passphrase-fd"));
    const { publicKey } =
      passphrase === undefined
        ? await createKeyFile(given.file, systemRandom)
        : await createSealedKeyFile(given.file, systemRandom, passphrase);
    const named = {
      ...(origin === undefined ? {} : { verifierKey: formatVerifierKey(origin, publicKey) }),
      ...(witness === undefined ? {} : { witnessKey: formatWitnessKey(witness, publicKey) }),
    };
    const sealed = passphrase !== undefined;
    const rows = [
      ["public key", JSON.stringify(publicKey)] as const,
      ...(named.verifierKey === undefined ? [] : [["verifier key", named.verifierKey] as const]),
      ...(named.witnessKey === undefined ? [] : [["witness key", named.witnessKey] as const]),
    ];
    terminal.out(
      given.json
        ? jsonLine({ file: given.file, sealed, publicKey, ...named })
        : `Wrote a private key to ${shown(given.file)}${sealed ? ", sealed under the passphrase" : ""}. Keep it; there is no other copy. Give away only this:\n${table(rows)}`,
    );
    return EXIT.OK;
  },
};
