import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SCRIPTED_MODEL } from "./scripted-model/script.ts";

/** What the runtime tells about where it runs; the same members as the runtime's own type. */
export interface Place {
  readonly node: string;
  readonly files: string;
  readonly state: string;
  secret(name: string): string;
  readonly model?: { readonly model: string; readonly baseUrl: string; readonly apiKey?: string };
}

const FILES_SERVER = fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-filesystem/dist/index.js"));
const PAYMENTS_SERVER = fileURLToPath(new URL("payments/system-server.ts", import.meta.url));
const MODEL_SERVER = fileURLToPath(new URL("scripted-model/system-server.ts", import.meta.url));

/** The reference file server of the Model Context Protocol, on the application's own files. */
export function filesServer({ node, files }: Pick<Place, "node" | "files">) {
  return { name: "files", command: node, args: [FILES_SERVER, files], env: {} };
}

/** The payments server; it acts for whoever has the secret, and the gateway gives it to nobody else. */
export function paymentsServer({ node, secret }: Pick<Place, "node" | "secret">, ledger: string) {
  return {
    name: "payments",
    command: node,
    args: [PAYMENTS_SERVER, ledger],
    env: { PAYMENTS_SECRET: secret("payments") },
  };
}

/** The scripted model, over the wire of a real one. */
export function modelServer({ node, secret }: Pick<Place, "node" | "secret">) {
  const key = secret("model");
  return {
    kind: "model" as const,
    name: "model",
    model: SCRIPTED_MODEL,
    apiKey: key,
    command: node,
    args: [MODEL_SERVER],
    env: { SCRIPTED_MODEL_KEY: key },
  };
}

/** Where the ledger lies below the folder of the servers' own state. */
export function ledgerPath(state: string): string {
  return join(state, "payments", "ledger.sqlite");
}
