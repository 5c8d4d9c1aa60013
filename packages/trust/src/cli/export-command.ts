import { openCheckpoint } from "../checkpoint.ts";
import { chainDamaged } from "../chain-error.ts";
import { checkpointRefused } from "../log-refusal.ts";
import { logHeaderLine, logTextLine } from "../log-export.ts";
import { Frontier, leafHash } from "../merkle.ts";
import { formatTlogProof } from "../tlog-proof.ts";
import { encodeUtf8 } from "../utf8.ts";
import { namespaceOfOrigin } from "../verifier-key.ts";
import { type Command, readArguments, wrong } from "./arguments.ts";
import { ChainFolder } from "./chain-folder.ts";
import { EXIT } from "./exit-code.ts";
import { givenKey } from "./given.ts";
import { writeNewFile } from "./new-file.ts";
import { Progress } from "./progress.ts";
import { jsonLine, shown } from "./terminal.ts";
import { refusalText } from "./verdict-text.ts";

/** How often a person who watches is told. */
const PROGRESS_ENTRIES = 4_096;
const SEQ = /^(?:0|[1-9][0-9]{0,15})$/;

export const exportCommand: Command = {
  name: "export",
  summary:
    "Writes the signed part of an audit chain's folder to one file that anybody can verify; with --entry, the proof of one entry.",
  usage: "aura-trust export FOLDER --out FILE [--entry SEQ] [--witnessed] [--key KEY] [--json]",
  help: `  --out FILE   the file to write; one that exists is never touched
  --entry SEQ  the proof of the entry at this position (C2SP tlog-proof) instead of the whole log
  --witnessed  over the newest checkpoint that enough witnesses cosigned, instead of the newest
  --key KEY    the verifier key of the log: nothing is written unless it signed the checkpoint

FOLDER is what fileChainStore keeps. It is only read, so another process may append to it meanwhile. What was appended after the
newest signed checkpoint is not in the file: nobody could verify it.`,
  async run(args, terminal) {
    const given = readArguments(this, args, { once: ["out", "entry", "key"], flags: ["witnessed"] });
    const out = given.option("out");
    if (out === undefined) throw wrong(this, "--out is missing: the file to write.");
    const entry = given.option("entry");
    if (entry !== undefined && !SEQ.test(entry)) throw wrong(this, "--entry is not the position of an entry, from 0.");
    const keyText = given.option("key");
    const key = keyText === undefined ? undefined : await givenKey(keyText);
    const chain = await ChainFolder.open(given.file, given.flag("witnessed") ? "witnessed" : "newest");
    const signed = key && openCheckpoint(chain.note, key);
    if (signed?.ok === false) {
      const refused = checkpointRefused(signed.reason);
      terminal.out(given.json ? jsonLine({ ...refused }) : refusalText(refused));
      return EXIT.REFUSED;
    }
    const { origin, size, root } = chain.checkpoint;
    const seq = entry === undefined ? undefined : Number(entry);
    if (seq !== undefined && seq >= size)
      throw wrong(this, `--entry ${seq}: the newest signed checkpoint covers ${size} entries, from 0 to ${size - 1}.`);
    const progress = new Progress(terminal, "exported");
    try {
      await writeNewFile(out, seq === undefined ? logOf(given.file, chain, progress) : [await proofOf(chain, seq)]);
    } finally {
      progress.done();
    }
    const wrote = seq === undefined ? `the ${size} entries` : `the proof of entry ${seq}`;
    const unsigned = seq === undefined ? chain.unsigned : 0;
    terminal.out(
      given.json
        ? jsonLine({ file: out, origin, size, root, unsigned, ...(seq === undefined ? {} : { entry: seq }) })
        : [
            `Wrote ${wrote} of ${shown(origin)} to ${shown(out)}.\n`,
            ...(unsigned === 0 ? [] : [`NOT IN IT: ${unsigned} entries that no checkpoint covers yet.\n`]),
            ...(key === undefined
              ? ["NOT CHECKED: No key was given (--key KEY): whose signature the checkpoint carries.\n"]
              : []),
            `Whoever has the key verifies it: aura-trust verify ${shown(out)} --key KEY\n`,
          ].join(""),
    );
    return EXIT.OK;
  },
};

/** The lines of `aura-log-1`. Fails before the file has its name if they are not what the checkpoint covers. */
async function* logOf(folder: string, chain: ChainFolder, progress: Progress): AsyncGenerator<string> {
  const { origin, size, root } = chain.checkpoint;
  const namespace = namespaceOfOrigin(origin);
  if (namespace === undefined) throw chainDamaged(`in ${folder}`, "has a checkpoint of a log that is no namespace's");
  yield `${logHeaderLine({ origin, namespace, checkpoint: chain.note })}\n`;
  const tree = new Frontier();
  let seq = 0;
  for await (const text of chain.texts()) {
    const leaf = leafHash(text);
    tree.append(leaf);
    yield `${logTextLine({ seq, leaf, text })}\n`;
    seq += 1;
    if (seq % PROGRESS_ENTRIES === 0) progress.show(seq, size);
  }
  if (tree.root() !== root) throw chainDamaged(`in ${folder}`, "holds other entries than were signed");
}

async function proofOf(chain: ChainFolder, index: number): Promise<string> {
  const { text, proof } = await chain.prove(index);
  return formatTlogProof({ index, proof, note: chain.note, extra: encodeUtf8(text) });
}
