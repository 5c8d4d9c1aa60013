import { chainClosed, chainOwned } from "./chain-error.ts";

/**
 * Where an org log keeps what it must not show: whose checkpoints it took, and what opens its newest ticks. One owner at a time.
 * Texts are kept by a name of lower-case letters, digits and dashes, without being looked into.
 */
export interface OrgLogStore {
  /** A place in words, for messages. */
  readonly where: string;
  /** Takes the store for this owner: everything that is kept, by name. @throws `trust/chain_owned`, `trust/chain_unusable` */
  open(): Promise<ReadonlyMap<string, string>>;
  /** Keeps a text in place of the one of that name, whole or not at all; on disk when it resolves. @throws `trust/chain_full`, `trust/chain_unusable` */
  save(name: string, text: string): Promise<void>;
  /** Releases the store once what is being saved is; nothing is saved any more. Does nothing if it is not open. */
  close(): Promise<void>;
}

/** For tests, and for an org log that lives as long as the object. */
export function memoryOrgLogStore(): OrgLogStore {
  const where = "in memory";
  const kept = new Map<string, string>();
  let isOpen = false;
  return {
    where,
    async open() {
      if (isOpen) throw chainOwned(where, "by this process");
      isOpen = true;
      return new Map(kept);
    },
    async save(name, text) {
      if (!isOpen) throw chainClosed(where);
      kept.set(name, text);
    },
    async close() {
      isOpen = false;
    },
  };
}
