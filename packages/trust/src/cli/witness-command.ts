import { access } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { isAuraError } from "../aura-error.ts";
import { formatWitnessKey } from "../cosignature.ts";
import type { VerifierKey } from "../verifier-key.ts";
import { type FileWitnessStore, openWitnessFolder } from "../witness-file-store.ts";
import { openWitness, type Witness, type WitnessAnswer } from "../witness-service.ts";
import { WITNESS_REQUEST_BYTES_MAX } from "../witness.ts";
import { readArguments, wrong } from "./arguments.ts";
import type { Command } from "./arguments.ts";
import { fileUnreadable, systemProblem, usage } from "./command-error.ts";
import { EXIT } from "./exit-code.ts";
import { givenKey } from "./given.ts";
import { givenPassphrase, givenSigner } from "./given-signer.ts";
import { jsonLine, shown, table } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** A client that has not sent its request by then is cut off. */
const REQUEST_MS_MAX = 10_000;
const CONNECTIONS_MAX = 256;
const ADDRESS = /^(?:\[([0-9a-f:]+)\]|([^:[\]]+)):([0-9]{1,5})$/;
const LATEST = /^\/([0-9a-f]{64})\/checkpoint$/;

export const witnessCommand: Command = {
  name: "witness",
  summary:
    "Cosigns checkpoints of the logs that it is given, each only if it grew from the one before (C2SP tlog-witness).",
  usage:
    "aura-trust witness --name NAME --state DIR --key FILE --log KEY [--log KEY ...] --listen HOST:PORT [--new] [--passphrase-fd N] [--json]",
  help: `  --name NAME          the witness's name, a URL without a scheme, like witness.example/w1
  --state DIR          what it cosigned last. Back it up as a whole; if it is lost, retire the key
  --new                the key has never cosigned: makes the state, which must not be there. Only for the very first start
  --key FILE           the witness's own private key, used for nothing else
  --log KEY            the verifier key of a log that it may cosign; any number of them
  --listen HOST:PORT   port 0 takes a free one; TLS is for the server in front of it
  --passphrase-fd N    the passphrase of a sealed key, from the first line of file descriptor N`,
  async run(args, terminal) {
    const options = ["name", "state", "key", "listen"];
    const given = readArguments(this, args, {
      once: [...options, "passphrase-fd"],
      repeated: ["log"],
      flags: ["new"],
      file: "none",
    });
    const [name, state, keyFile, listen] = options.map((option) => {
      const value = given.option(option);
      if (value === undefined) throw wrong(this, `--${option} is missing.`);
      return value;
    }) as [string, string, string, string];
    const address = readAddress(listen);
    if (address === undefined) throw wrong(this, "--listen is not HOST:PORT, like 127.0.0.1:8080.");
    const logs: VerifierKey[] = [];
    for (const key of given.options("log")) logs.push(await givenKey(key, "--log"));
    if (logs.length === 0) throw wrong(this, "--log is missing: a witness cosigns only logs that it is told to.");
    const signer = await givenSigner(keyFile, givenPassphrase(this, given.option("passphrase-fd")));
    const witnessKey = formatWitnessKey(name, signer.publicKey);
    await requireState(state, given.flag("new") ? "new" : "kept");
    const store = await openState(state, witnessKey);
    try {
      const witness = await openWitness({ name, signer, logs, store });
      const server = await listening(witness, address);
      tell(terminal, { witnessKey, url: urlOf(server), state, isNew: store.isNew, json: given.json });
      await stopped(server);
    } finally {
      await store.close();
    }
    return EXIT.OK;
  },
};

/** A witness that began anew without being told to could cosign a second history of a log. */
async function requireState(path: string, expected: "new" | "kept"): Promise<void> {
  const found = await isThere(join(path, "witness"));
  if (found === (expected === "kept")) return;
  throw found
    ? usage(
        `--new: the folder ${path} holds the state of a witness already.`,
        "--new says that nothing was ever cosigned.",
        "Leave --new out, or name another folder for another key.",
      )
    : usage(
        `--state: there is no state of a witness in ${path}.`,
        "A witness that forgot what it cosigned could cosign a second history of a log.",
        "Restore the newest state. If this key has never cosigned, add --new; if the state is lost, make a new key.",
      );
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (systemProblem(error) === "ENOENT") return false;
    throw fileUnreadable(path, systemProblem(error), error);
  }
}

async function openState(path: string, witnessKey: string): Promise<FileWitnessStore> {
  try {
    return await openWitnessFolder(path, witnessKey);
  } catch (error) {
    if (isAuraError(error, "trust/chain_owned")) {
      throw usage(
        `--state: another process uses the folder ${path}.`,
        "Two witnesses over one state could cosign two histories.",
        "Stop the other one first.",
        error,
      );
    }
    if (isAuraError(error)) throw error;
    throw fileUnreadable(path, systemProblem(error), error);
  }
}

interface Told {
  readonly witnessKey: string;
  readonly url: string;
  readonly state: string;
  readonly isNew: boolean;
  readonly json: boolean;
}

function tell(terminal: Terminal, { json, ...told }: Told): void {
  if (json) {
    terminal.out(jsonLine(told));
    return;
  }
  terminal.out(
    table([
      ["witness key", told.witnessKey],
      ["submission prefix", told.url],
      ["state", told.state],
    ]),
  );
  if (told.isNew) terminal.err(`${shown(told.state)} is new. Start it without --new from now on.\n`);
}

async function listening(witness: Witness, { host, port }: { host: string; port: number }): Promise<Server> {
  const server = createServer(
    { requestTimeout: REQUEST_MS_MAX, headersTimeout: REQUEST_MS_MAX },
    (request, response) => {
      answer(witness, request).then(
        (given) => send(response, given),
        () => request.destroy(), // the client went away, or sent too much
      );
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(host, port, error)));
    server.listen(port, host, resolve);
  });
  return server;
}

async function answer(witness: Witness, request: IncomingMessage): Promise<WitnessAnswer | 404 | 405> {
  const path = request.url ?? "";
  const hash = LATEST.exec(path)?.[1];
  if (hash !== undefined) return request.method === "GET" ? witness.latest(hash) : 405;
  if (path !== "/add-checkpoint") return 404;
  return request.method === "POST" ? witness.addCheckpoint(await bodyOf(request)) : 405;
}

/** One byte past the limit is enough to be refused. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    parts.push(part);
    bytes += part.length;
    if (bytes > WITNESS_REQUEST_BYTES_MAX) break;
  }
  return Buffer.concat(parts);
}

function send(response: ServerResponse, given: WitnessAnswer | 404 | 405): void {
  const { status, type, body } =
    typeof given === "number" ? { status: given, type: "text/plain; charset=utf-8", body: "" } : given;
  const close = status === 413 ? { connection: "close" } : {}; // the rest of what it sends is not read
  response.writeHead(status, { "content-type": type, "x-content-type-options": "nosniff", ...close }).end(body);
}

/** Answers what came in, then ends. */
async function stopped(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    // To be stopped is how it ends well, so what ends other commands at once does not end this one.
    process.removeAllListeners("SIGINT").removeAllListeners("SIGTERM");
    const stop = (): void => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
      server.close(() => resolve());
      server.closeIdleConnections();
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
  });
}

function readAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, six, four, digits = ""] = ADDRESS.exec(text) ?? [];
  const [host, port] = [six ?? four, Number(digits)];
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function cannotListen(host: string, port: number, error: Error): Error {
  const code = "code" in error ? String(error.code) : "it failed";
  return usage(
    `--listen: nobody can listen on ${host}:${port} (${code}).`,
    "The operating system refused.",
    "Choose another port.",
    error,
  );
}
