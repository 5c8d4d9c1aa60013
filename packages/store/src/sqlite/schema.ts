import type { Kysely } from "kysely";

/**
 * The tables of one store file. Ids are small integers inside the file and mean nothing outside; they keep the indexes of
 * `entry` a few bytes wide. A head is not stored: it is the newest entry of its stream.
 */
export interface StoreSchema {
  readonly namespace: { readonly id: number; readonly name: string };
  readonly stream: { readonly id: number; readonly namespace: number; readonly name: string };
  readonly entry: {
    /** The order of arrival in the file: entries lie on disk in the order they were appended. */
    readonly id: number;
    readonly namespace: number;
    readonly seq: number;
    readonly stream: number;
    readonly version: number;
    readonly leaf: string;
    /** Canonical JSON. */
    readonly text: string;
  };
  /** `nonce` and `text` are null once the payload is erased. */
  readonly payload: {
    readonly namespace: number;
    readonly commitment: string;
    readonly nonce: string | null;
    readonly text: string | null;
  };
  readonly row: { readonly namespace: number; readonly table: string; readonly key: string; readonly json: string };
  readonly counter: { readonly namespace: number; readonly key: string; readonly value: number };
  /** Hashes of 32 bytes, one after the other. */
  readonly tile: {
    readonly namespace: number;
    readonly level: number;
    readonly index: number;
    readonly hashes: Uint8Array;
  };
  readonly signed_tree: {
    readonly namespace: number;
    readonly size: number;
    readonly root: string;
    readonly note: string;
  };
}

export type StoreDatabase = Kysely<StoreSchema>;
