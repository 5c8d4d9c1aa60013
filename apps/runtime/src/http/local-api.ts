import type { FastifyInstance } from "fastify";
import { invariant, newNonce, uuidv7 } from "@aura/trust";
import type { DataFolder } from "../data-folder.ts";
import { loadReleases } from "../namespace.ts";
import { openNamespace, quietWorld, timersOf } from "../wire.ts";
import type { Decorators } from "../wire.ts";
import { createDesk } from "./create-desk.ts";
import { createEventStreams } from "./event-stream.ts";
import type { Trouble } from "./failure.ts";
import { openPageSessions } from "./page-sessions.ts";
import { createServer } from "./server.ts";

/** The API of a data folder that no runtime owns, without a socket: whoever opened the folder may do everything. */
export interface LocalApi {
  readonly app: FastifyInstance;
  /** Signs what was added, and gives the folder free. */
  close(): Promise<void>;
}

/**
 * Opens a data folder and answers requests in this process, by the same routes. Nothing is executed and nothing is sent:
 * the next `aura start` goes on with what was changed. @throws as `openNamespace`
 */
export async function openLocalApi(
  folder: DataFolder,
  options: {
    readonly person: string;
    readonly version: string;
    readonly decorators: Decorators;
    readonly trouble: Trouble;
  },
): Promise<LocalApi> {
  const namespace = await openNamespace(folder, options.decorators);
  const { store, context, random } = namespace;
  try {
    const release = (await loadReleases(namespace)).at(-1);
    invariant(release !== undefined, "a founded namespace has a release");
    const timers = timersOf(store);
    const world = { ...(await quietWorld(namespace)), timers };
    const sessions = await openPageSessions({ path: folder.sessions, random, nowMs: () => store.nowMs() });
    const supervisor = { launched: () => undefined, nudge: () => undefined, rests: () => new Map<string, never>() };
    const desk = {
      ...createDesk({ ...namespace, world, release, supervisor }, sessions),
      access: {
        checkHost: () => undefined,
        authenticate: async () => ({ person: options.person, by: "key" as const }),
        countGuess: () => undefined,
        checkPage: () => undefined,
      },
      events: createEventStreams({ store, context, timers }),
      demo: undefined,
      cookie: { name: "aura-local", secure: false },
      version: options.version,
      startedMs: store.nowMs(),
      secret: newNonce(random),
      isStopping: () => false,
      isDegraded: () => false,
      signed: () => undefined,
      pageUrl: async () => "",
    };
    const newId = (): string => uuidv7(store.nowMs(), random);
    const app = await createServer({ desk, page: undefined, tls: undefined, trouble: options.trouble, newId });
    const close = async (): Promise<void> => {
      await app.close();
      await namespace.checkpoints.signNow();
      await namespace.close();
    };
    return { app, close };
  } catch (error) {
    await namespace.close();
    throw error;
  }
}
