import { fileURLToPath } from "node:url";

/** The top folder of the workspace, without a trailing slash. */
export const workspaceFolder = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/**
 * Where an installed tool stands. pnpm's launchers there use the Node beside them, the one the lockfile brings.
 * @param {string} name
 */
export function toolPath(name) {
  return `${workspaceFolder}/node_modules/.bin/${name}`;
}

/** The environment of every tool: the lockfile's Node first on the path, and no tool phones anybody. */
export const toolEnvironment = {
  ...process.env,
  PATH: `${workspaceFolder}/node_modules/.bin:${process.env["PATH"] ?? ""}`,
  DO_NOT_TRACK: "1",
  TURBO_TELEMETRY_DISABLED: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1",
};
