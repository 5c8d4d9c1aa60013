import { fileURLToPath } from "node:url";
import { clerk } from "./clerk.ts";
import { release } from "./release.ts";

/** What the runtime loads by path: `aura demo --app apps/demo/test/invoice-clerk`. */
export const application = {
  name: "invoices",
  release,
  agents: [clerk],
  files: "files",
  missions: [
    {
      agent: "invoice-clerk",
      definition: {
        objective:
          "Total the open invoices by currency, report what is due when, and say what a person should look at.",
        tools: ["list_directory", "read_text_file", "write_file", "move_file"],
        authority: "L1",
        timeout: "PT10M",
      },
    },
  ],
  upstreams: ({ node, files }: { readonly node: string; readonly files: string }) => [
    { name: "files", command: node, args: [FILES_SERVER, files], env: {} },
  ],
};

/** The reference file server of the Model Context Protocol, speaking over its standard streams. */
const FILES_SERVER = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-filesystem/dist/index.js"));
