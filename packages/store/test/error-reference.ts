import * as error from "../src/store-error.ts";

const FILE = "/var/lib/aura/log.sqlite";

export const errorReference = [
  {
    met: "Thrown by `@aura/store` as a `StoreError`.",
    source: "packages/store/src/store-error.ts",
    codes: {
      "store/unsure": [error.unsure(undefined)],
      "store/full": [error.full(undefined)],
      "store/closed": [error.closed()],
      "store/malformed_unit": [error.malformedUnit("u1", "An entry does not link to the one before it.")],
      "store/entry_too_large": [error.entryTooLarge({ stream: "mission/m1", bytes: 70_000, max: 65_535 })],
      "store/proof_out_of_range": [error.proofOutOfRange("entry 12 in a tree of 9")],
      "store/locked": [error.locked(FILE)],
      "store/foreign_file": [error.foreignFile(FILE, "It is a database of another program.")],
      "store/corrupt": [error.corrupt("Entry 12 does not have the hash that its leaf names.")],
      "store/log_cut": [error.logCut("The log of namespace shop", { size: 9, signed: 12 })],
      "store/newer_schema": [error.newerSchema(FILE, { found: 9, known: 2 })],
      "store/not_writable": [error.notWritable(FILE, "Its folder does not exist.")],
      "store/network_file_system": [error.networkFileSystem(FILE, "nfs")],
      "store/sqlite_too_old": [error.sqliteTooOld({ found: "3.46.0", needed: "3.51.3" })],
      "store/mark_not_taken": [error.markNotTaken("store/time_off")],
    } satisfies Record<error.StoreErrorCode, readonly error.StoreError[]>,
  },
  {
    met: "The code of a `refused` answer to an append: nothing of the unit was written.",
    source: "packages/store/src/plan.ts",
    codes: {
      "store/payload_missing": [
        {
          what: "An entry names a payload that is neither in its unit nor in the store.",
          why: "A commitment without its text could never be opened.",
          fix: "Append the payload in the same unit.",
        },
      ],
      "store/time_off": [
        {
          what: "An entry is dated before the entry before it in its stream, or too far from the store's clock.",
          why: "Within a stream time never goes back.",
          fix: "Set the clock of the machine right, date the entry anew and append again.",
        },
      ],
    },
  },
];
