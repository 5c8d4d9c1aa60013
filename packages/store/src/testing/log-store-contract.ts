import { describe } from "vitest";
import { appendContract } from "./append-contract.ts";
import type { OpenLogStore } from "./contract-world.ts";
import { racingContract } from "./racing-contract.ts";
import { readingContract } from "./reading-contract.ts";
import { tablesContract } from "./tables-contract.ts";
import { treeContract } from "./tree-contract.ts";

/**
 * Everything that a {@link LogStore} promises, as tests. Every adapter runs it.
 * @param open gives an empty store at each call; the suite closes it
 */
export function logStoreContract(name: string, open: OpenLogStore): void {
  describe(`${name} keeps the promises of LogStore`, () => {
    appendContract(open);
    readingContract(open);
    racingContract(open);
    tablesContract(open);
    treeContract(open);
  });
}
