import type { Readable } from "node:stream";
import { inspectCheckpoint, invariant } from "@aura/trust";
import type { Checkpoint } from "@aura/trust";
import { replaceFile } from "../durable-file.ts";
import { dataFolder } from "../data-folder.ts";
import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { shown } from "./init.ts";
import { outputPath } from "./output-path.ts";
import { withApi } from "./with-api.ts";

export const exportCommand: Command = {
  name: "export",
  summary: "Writes the whole signed log to a file that anybody can verify with `aura-trust verify`.",
  usage: "aura export [--data DIR] --out FILE",
  async run(args, host) {
    const given = readArguments(this, args, {
      options: { data: { type: "string" }, out: { type: "string" }, json: { type: "boolean" } },
    });
    const out = await outputPath(given.required("out"), dataFolder(given.required("data")));
    return withApi(given, host, async ({ api, folder, terminal }) => {
      const header = await save(await api.stream("/v1/log/export"), out);
      const { size, root } = checkpointIn(header);
      terminal.line(`Wrote ${size === 1 ? "one entry" : `${size} entries`} to ${shown(out)}, root ${root}.`);
      terminal.line(`Verify it with: ${verifyCommand(out, folder.verifierKey)}`);
      terminal.json({ exported: out, size, root, verifierKey: folder.verifierKey });
      return EXIT.DONE;
    });
  },
};

/** Streams the log to a file, whole or not at all; answers its first line. */
async function save(log: Readable, out: string): Promise<string> {
  let header = "";
  let begun = true;
  await replaceFile(out, async (file) => {
    for await (const chunk of log) {
      const bytes = chunk as Buffer;
      if (begun) header += bytes.toString("utf8");
      begun &&= !header.includes("\n");
      await file.write(bytes);
    }
  });
  return header.slice(0, header.indexOf("\n"));
}

function checkpointIn(header: string): Checkpoint {
  const { checkpoint } = JSON.parse(header) as { readonly checkpoint: string };
  const inspected = inspectCheckpoint(checkpoint);
  invariant(inspected !== undefined, "an exported log begins with a checkpoint");
  return inspected;
}

/** What somebody types to verify a file, in this folder. */
export function verifyCommand(file: string, key: string, since?: string): string {
  const older = since === undefined ? "" : ` --since ${quoted(shown(since))}`;
  return `npx -y pnpm@12.18.0 aura-trust verify ${quoted(shown(file))} --key ${quoted(shown(key))}${older}`;
}

/** A word of a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
