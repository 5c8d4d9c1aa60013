import { readFile } from "node:fs/promises";
import type { FastifyInstance } from "fastify";
import { newNonce, uuidv7 } from "@aura/trust";
import { systemCode } from "../runtime-error.ts";
import type { Runtime } from "../wire.ts";
import { createAccess } from "./access.ts";
import type { DemoDesk } from "./demo-desk.ts";
import type { Desk } from "./desk.ts";
import { createDesk } from "./create-desk.ts";
import { createEventStreams } from "./event-stream.ts";
import type { Trouble } from "./failure.ts";
import { addressUnusable } from "./http-error.ts";
import { DRAIN_MS } from "./limits.ts";
import { hostsOf, originsOf, refuseExposed, urlOf } from "./listen-address.ts";
import type { Exposure, ListenAddress } from "./listen-address.ts";
import { createMissingOperator, DEFAULT_OPERATOR, loadOperators } from "./operators.ts";
import { openPageSessions } from "./page-sessions.ts";
import { removeRuntimeFile, writeRuntimeFile } from "./runtime-file.ts";
import { createServer } from "./server.ts";

export interface ServeOptions {
  readonly listen: ListenAddress;
  /** PEM files. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** A proxy in front speaks TLS with the people. */
  readonly behindProxy?: boolean;
  /** The address that people use, where it is not the one listened on. */
  readonly publicUrl?: string;
  /** The page's folder; the API alone without one. */
  readonly page?: string;
  /** From the first byte of a request to its last; `REQUEST_TIMEOUT_MS` unless it is given. */
  readonly requestTimeoutMs?: number;
  /** Only a demo has one. */
  readonly demo?: DemoDesk;
  readonly version: string;
  /** Takes what nobody expected, under the id that the client was told. */
  readonly trouble: Trouble;
}

/** A runtime that can be reached. */
export interface Served {
  readonly url: string;
  readonly port: number;
  /** The address of the page with a code in its fragment that lets one browser in, once: as the first operator, unless said. */
  pageUrl(person?: string): Promise<string>;
  /** Takes nothing new, ends the event streams, lets what is under way finish for a while, and frees the port. */
  close(): Promise<void>;
}

/**
 * Serves the API and the page of a runtime, and says in the data folder where. The first operator's key is made if there is
 * none. Closes nothing of the runtime.
 * @throws `http/listener_refused`, `http/address_unusable`, `runtime/operators_foreign`
 */
export async function serve(runtime: Runtime, options: ServeOptions): Promise<Served> {
  const { folder, store, world } = runtime;
  const { tls } = options;
  const exposure: Exposure = {
    tls: tls !== undefined,
    behindProxy: options.behindProxy === true,
    publicUrl: options.publicUrl,
  };
  refuseExposed(options.listen, exposure);
  await createMissingOperator(folder, world.random);
  await loadOperators(folder);
  const sessions = await openPageSessions({ path: folder.sessions, random: world.random, nowMs: () => store.nowMs() });
  const events = createEventStreams({ store, context: runtime.context, timers: world.timers });
  const startedMs = store.nowMs();
  const state: State = { address: options.listen, stopping: false, degraded: false, signed: undefined };
  const secure = exposure.tls || options.publicUrl?.startsWith("https:") === true;
  const cookie = { name: `aura-${runtime.identity.namespace.slice(-12)}`, secure };
  const pageUrl = async (person: string): Promise<string> =>
    `${options.publicUrl ?? urlOf(state.address, exposure.tls)}/#code=${await sessions.newCode(person)}`;

  const secret = newNonce(world.random);
  const desk: Desk = {
    ...createDesk({ ...runtime, release: runtime.application.release }, sessions),
    access: createAccess({
      operators: () => loadOperators(folder),
      sessions,
      cookie: cookie.name,
      hosts: () => hostsOf(state.address, exposure),
      origins: () => originsOf(state.address, exposure),
      nowMs: () => store.nowMs(),
    }),
    events,
    demo: options.demo,
    cookie,
    version: options.version,
    startedMs,
    secret,
    isStopping: () => state.stopping,
    isDegraded: () => state.degraded,
    signed: () => state.signed,
    pageUrl,
  };
  const app = await createServer({
    desk,
    page: options.page,
    tls: tls === undefined ? undefined : { cert: await readFile(tls.cert), key: await readFile(tls.key) },
    ...(options.requestTimeoutMs === undefined ? {} : { requestTimeoutMs: options.requestTimeoutMs }),
    trouble: options.trouble,
    newId: () => uuidv7(store.nowMs(), world.random),
  });
  const forget = runtime.observe({
    appended: () => events.wake(),
    signed: (tree) => {
      state.degraded = false;
      if (tree.size !== state.signed?.tree.size) state.signed = { tree, atMs: store.nowMs() };
      events.signed(tree);
    },
    trouble: () => {
      state.degraded = true;
    },
  });
  try {
    state.address = { ...options.listen, port: await listen(app, options.listen) };
    const url = urlOf(state.address, exposure.tls);
    await writeRuntimeFile(folder, { url, pid: process.pid, startedMs, secret, certificate: tls?.cert ?? null });
    const close = async (): Promise<void> => {
      state.stopping = true;
      forget();
      events.close();
      await closeWithin(app, runtime);
      await removeRuntimeFile(folder);
    };
    const first = async (): Promise<string> => (await loadOperators(folder))[0]?.person ?? DEFAULT_OPERATOR;
    return { url, port: state.address.port, pageUrl: async (person) => pageUrl(person ?? (await first())), close };
  } catch (error) {
    forget();
    await app.close();
    throw error;
  }
}

interface State {
  address: ListenAddress;
  stopping: boolean;
  degraded: boolean;
  signed: ReturnType<Desk["signed"]>;
}

async function listen(app: FastifyInstance, { host, port }: ListenAddress): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const because: Readonly<Record<string, string>> = {
      EADDRINUSE: "another process listens there",
      EADDRNOTAVAIL: "this machine has no such address",
      EACCES: "the system does not allow it",
    };
    const known = because[systemCode(error) ?? ""];
    if (known === undefined) throw error;
    throw addressUnusable(`${host}:${port}`, known, error);
  }
  const [bound] = app.addresses();
  return typeof bound === "object" ? bound.port : port;
}

/** Requests under way may finish; after {@link DRAIN_MS} their connections are cut. */
async function closeWithin(app: FastifyInstance, { world }: Runtime): Promise<void> {
  const cancel = world.timers.wakeAt(world.store.nowMs() + DRAIN_MS, () => app.server.closeAllConnections());
  await app.close();
  cancel();
}
