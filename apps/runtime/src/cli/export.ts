import { dataFolder } from "../data-folder.ts";
import { exportedLines, writeLines } from "../export-log.ts";
import { openNamespace } from "../wire.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { shown } from "./init.ts";
import { outputPath } from "./output-path.ts";

export const exportCommand: Command = {
  name: "export",
  summary: "Writes the whole signed log to a file that anybody can verify with `aura-trust verify`.",
  usage: "aura export --data DIR --out FILE",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: { data: { type: "string" }, out: { type: "string" }, json: { type: "boolean" } },
    });
    const folder = dataFolder(given.required("data"));
    const out = await outputPath(given.required("out"), folder);
    const namespace = await openNamespace(folder, host.decorators);
    try {
      const tree = await namespace.checkpoints.signNow();
      await writeLines(exportedLines(namespace, tree), out);
      const terminal = host.terminal(given.flag("json") ? "json" : "people");
      terminal.line(`Wrote ${tree.size} entries to ${shown(out)}, root ${tree.root}.`);
      terminal.line(`Verify it with: ${verifyCommand(out, folder.verifierKey)}`);
      terminal.json({ exported: out, size: tree.size, root: tree.root, verifierKey: folder.verifierKey });
      return EXIT.DONE;
    } finally {
      await namespace.close();
    }
  },
};

/** What somebody types to verify a file, in this folder. */
export function verifyCommand(file: string, key: string, since?: string): string {
  const older = since === undefined ? "" : ` --since ${quoted(shown(since))}`;
  return `npx -y pnpm@12.18.0 aura-trust verify ${quoted(shown(file))} --key ${quoted(shown(key))}${older}`;
}

/** A word of a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
