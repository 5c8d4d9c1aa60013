export type { MissionOffer, Place, UpstreamCommand } from "./application.ts";
export { EXIT } from "./cli/exit-code.ts";
export type { ExitCode } from "./cli/exit-code.ts";
export { RuntimeError } from "./runtime-error.ts";
export type { RuntimeErrorCode } from "./runtime-error.ts";
