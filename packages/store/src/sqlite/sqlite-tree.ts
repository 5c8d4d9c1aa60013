import type { Hash, Tile, TreeTiles } from "@aura/trust";
import type { SignedTree } from "../log-store.ts";
import type { TreeShelf } from "../signed-log.ts";
import type { Connection } from "./connection.ts";
import type { HotStatements } from "./hot-statements.ts";
import type { SqliteLog } from "./sqlite-log.ts";

const HASH_BYTES = 32;

/** The tiles and signed trees of one namespace in the file. */
export class SqliteTree implements TreeShelf {
  readonly tiles: TreeTiles;
  readonly #connection: Connection;
  readonly #statements: HotStatements;
  readonly #log: SqliteLog;

  constructor(connection: Connection, statements: HotStatements, log: SqliteLog) {
    this.#connection = connection;
    this.#statements = statements;
    this.#log = log;
    this.tiles = { read: (level, index) => this.#readTile(level, index), nodes: log.nodes };
  }

  size(): number {
    return this.#log.size;
  }

  leaves(from: number, to: number): readonly Hash[] {
    return this.#statements.leaves.all(this.#log.id, from, to).map(({ leaf }) => leaf as Hash);
  }

  signedTree(): SignedTree | undefined {
    return this.#statements.newestTree.get(this.#log.id) as SignedTree | undefined;
  }

  keep(before: SignedTree | undefined, tree: SignedTree, tiles: readonly Tile[]): boolean {
    return this.#connection.transact(() => {
      if (this.signedTree()?.size !== before?.size) return false;
      for (const { level, index, hashes } of tiles) {
        this.#statements.putTile.run(this.#log.id, level, index, joinHashes(hashes));
      }
      this.#statements.addTree.run(this.#log.id, tree.size, tree.root, tree.note);
      return true;
    });
  }

  #readTile(level: number, index: number): readonly Hash[] {
    const hashes = this.#statements.findTile.get(this.#log.id, level, index)?.hashes;
    return hashes === undefined ? [] : splitHashes(hashes);
  }
}

function joinHashes(hashes: readonly Hash[]): Buffer {
  return Buffer.concat(hashes.map((hash) => Buffer.from(hash, "base64url")));
}

function splitHashes(joined: Buffer): Hash[] {
  return Array.from(
    { length: joined.length / HASH_BYTES },
    (_, index) => joined.toString("base64url", index * HASH_BYTES, (index + 1) * HASH_BYTES) as Hash,
  );
}
