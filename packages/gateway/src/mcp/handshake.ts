import type { JsonObject } from "@aura/trust";
import { serverMalformed } from "../gateway-error.ts";
import { isObject } from "./json-rpc.ts";
import type { Session } from "./session.ts";

/** The revision that we ask for. */
export const PROTOCOL_VERSION = "2025-11-25";
/** The revisions that we go on with; on the wire of tools over standard streams they are alike. */
const KNOWN_VERSIONS: readonly string[] = [PROTOCOL_VERSION, "2025-06-18", "2025-03-26", "2024-11-05"];
/** From starting a server to its answer to `initialize`. */
export const START_TIMEOUT_MS = 30_000;

/** What a server says about itself when it starts. */
export interface Greeting {
  readonly offersTools: boolean;
  /** It promised to say when its tools change. */
  readonly tellsChanges: boolean;
}

/** `initialize` and `notifications/initialized` (MCP 2025-11-25, lifecycle). @throws `gateway/server_malformed` */
export async function shakeHands(session: Session): Promise<Greeting> {
  const params: JsonObject = {
    protocolVersion: PROTOCOL_VERSION,
    capabilities: {},
    clientInfo: { name: "aura", version: "0.0.0" },
  };
  const answer = await session.request("initialize", params, START_TIMEOUT_MS);
  switch (answer.kind) {
    case "silent":
    case "not_sent":
      throw serverMalformed(`It did not start. ${session.endedBy() ?? answer.reason}`);
    case "error":
      throw serverMalformed(`It refused to start with the error ${answer.code}.`);
    case "result": {
      const greeting = readGreeting(answer.result);
      session.notify("notifications/initialized");
      return greeting;
    }
  }
}

function readGreeting(result: Parameters<typeof isObject>[0]): Greeting {
  if (!isObject(result)) throw serverMalformed("Its answer to initialize is no object.");
  const { protocolVersion, capabilities } = result;
  if (typeof protocolVersion !== "string" || !KNOWN_VERSIONS.includes(protocolVersion)) {
    throw serverMalformed("It speaks a revision of the protocol that we do not.");
  }
  if (!isObject(capabilities)) throw serverMalformed("It does not say what it is capable of.");
  const { tools } = capabilities;
  return { offersTools: isObject(tools), tellsChanges: isObject(tools) && tools["listChanged"] === true };
}
