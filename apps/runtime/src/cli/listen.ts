import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isAuraError } from "@aura/trust";
import { DEFAULT_LISTEN, parseListen, refuseExposed } from "../http/listen-address.ts";
import type { DemoDesk } from "../http/demo-desk.ts";
import { serve } from "../http/serve.ts";
import type { ServeOptions, Served } from "../http/serve.ts";
import { PACKAGE_FOLDER } from "../package-folder.ts";
import { usage } from "../runtime-error.ts";
import type { Runtime } from "../wire.ts";
import type { Arguments } from "./command.ts";
import type { Terminal } from "./terminal.ts";
import { runtimeVersion } from "./version.ts";

/** Options of every command that serves. */
export const LISTEN_OPTIONS = {
  listen: { type: "string" },
  page: { type: "string" },
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
  "behind-proxy": { type: "boolean" },
  "public-url": { type: "string" },
} as const;

/** Where and how to serve, as the command line says. */
export type Listening = Pick<ServeOptions, "listen" | "tls" | "behindProxy" | "publicUrl" | "page"> & {
  /** Nobody named a port: when the usual one is taken, any other does. */
  readonly anyPort: boolean;
};

/** The page as it is built in the workspace. */
const WORKSPACE_PAGE = fileURLToPath(new URL("../console/dist", PACKAGE_FOLDER));
/** The page as it lies in the published package. */
const PACKED_PAGE = fileURLToPath(new URL("page", PACKAGE_FOLDER));

/** @throws `runtime/usage`, `http/listener_refused` */
export async function readListenOptions(given: Arguments): Promise<Listening> {
  const [cert, key] = [given.text("tls-cert"), given.text("tls-key")];
  if ((cert === undefined) !== (key === undefined)) {
    throw usage("A certificate and its key belong together.", "Give both --tls-cert and --tls-key.");
  }
  const address = given.text("listen");
  const listen = address === undefined ? DEFAULT_LISTEN : parseListen(address);
  const publicUrl = originOf(given.text("public-url"));
  const behindProxy = given.flag("behind-proxy");
  const page = given.text("page");
  refuseExposed(listen, { tls: cert !== undefined, behindProxy, publicUrl });
  return {
    listen,
    anyPort: address === undefined,
    behindProxy,
    ...(page === undefined ? {} : { page }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(cert === undefined || key === undefined ? {} : { tls: { cert, key } }),
  };
}

/** Serves a runtime and says where; `demo`: what only a demo has, and then whoever started it says where. */
export async function serveAt(
  runtime: Runtime,
  listening: Listening,
  terminal: Terminal,
  demo?: DemoDesk,
): Promise<Served> {
  const page = listening.page ?? pageFolder();
  const { anyPort, ...where } = listening;
  const options: ServeOptions = {
    ...where,
    ...(page === undefined ? {} : { page }),
    ...(demo === undefined ? {} : { demo }),
    version: runtimeVersion(),
    trouble: (error, id) =>
      terminal.error(`aura: ${id}: ${error instanceof Error ? (error.stack ?? "") : String(error)}`),
  };
  const served = await serve(runtime, options).catch((error: unknown) => {
    if (!anyPort || !isAuraError(error, "http/address_unusable")) throw error;
    return serve(runtime, { ...options, listen: { ...where.listen, port: 0 } });
  });
  if (demo !== undefined) return served;
  const url = await served.pageUrl();
  terminal.line(`The API is at ${served.url}/v1, described at ${served.url}/openapi.json; its key is in operator.key.`);
  if (page !== undefined) terminal.line(`Open the page, once, at ${url}`);
  terminal.json({ serves: served.url, page: page === undefined ? null : url });
  return served;
}

function originOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const origin = URL.canParse(url) ? new URL(url).origin : "null";
  if (!/^https?:/.test(origin))
    throw usage(`${url} is no address of a page.`, "Write --public-url https://aura.example.com.");
  return origin;
}

/** Where the page is, if it was built. */
function pageFolder(): string | undefined {
  return [PACKED_PAGE, WORKSPACE_PAGE].find((folder) => existsSync(join(folder, "index.html")));
}
