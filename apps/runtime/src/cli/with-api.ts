import type { DataFolder } from "../data-folder.ts";
import { openApi } from "./api-client.ts";
import type { ApiClient } from "./api-client.ts";
import { chosenFolder } from "./chosen-folder.ts";
import type { Arguments, Host } from "./command.ts";
import type { Terminal } from "./terminal.ts";

/** What a command that uses the API is run with. */
export interface ApiSession {
  readonly api: ApiClient;
  readonly folder: DataFolder;
  readonly terminal: Terminal;
}

/** Opens the API of `--data`, or of the one folder here that a runtime owns, has it used, and closes it whatever happened. */
export async function withApi<Value>(
  given: Arguments,
  host: Host,
  use: (session: ApiSession) => Promise<Value>,
  person?: string,
): Promise<Value> {
  const folder = chosenFolder(given);
  const terminal = host.terminal(given.flag("json") ? "json" : "people");
  const api = await openApi(folder, host, person);
  try {
    return await use({ api, folder, terminal });
  } finally {
    await api.close();
  }
}
