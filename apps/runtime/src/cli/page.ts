import { readArguments } from "./command.ts";
import type { Command } from "./command.ts";
import { runtimeNotRunning } from "../runtime-error.ts";
import { EXIT } from "./exit-code.ts";
import { withApi } from "./with-api.ts";

export const pageCommand: Command = {
  name: "page",
  summary: "Prints an address that opens the page of a running runtime, once.",
  usage: "aura page [--data DIR]",
  async run(args, host) {
    const given = readArguments(this, args, { options: { data: { type: "string" }, json: { type: "boolean" } } });
    return withApi(given, host, async ({ api, folder, terminal }) => {
      if (api.through === "folder") throw runtimeNotRunning(folder.path);
      const { url } = await api.ask<{ readonly url: string }>({ method: "POST", path: "/v1/session/codes" });
      terminal.line(url);
      terminal.json({ page: url });
      return EXIT.DONE;
    });
  },
};
