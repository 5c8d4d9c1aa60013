import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CONTROL_STREAM, missionProjection } from "@aura/mission";
import { openSqliteLogStore } from "@aura/store";
import { emptyRoot, isAuraError, leafHash, signCheckpoint, systemClock, systemRandom } from "@aura/trust";
import { beforeEach, describe, expect, it } from "vitest";
import { exitCodeOf } from "../src/cli/exit-code.ts";
import { dataFolder, loadIdentity } from "../src/data-folder.ts";
import type { DataFolder } from "../src/data-folder.ts";
import { KEPT_NEWEST_MAX, keepCheckpoint, outgrown } from "../src/kept-checkpoints.ts";
import { record, RUNTIME } from "../src/record.ts";
import { openNamespace } from "../src/wire.ts";
import { aura, scratchFolder } from "./in-process.ts";

/** Opens, adds so many entries, signs, keeps the checkpoint if told to, and closes. */
async function grow(folder: DataFolder, entries: number, keep: "kept" | "not kept"): Promise<void> {
  const namespace = await openNamespace(folder);
  try {
    for (let count = 0; count < entries; count += 1) {
      await record(namespace, CONTROL_STREAM, {
        type: "epoch.raised",
        actor: RUNTIME,
        data: { scope: "org", reason: "test" },
      });
    }
    const tree = await namespace.checkpoints.signNow();
    if (keep === "kept") await keepCheckpoint(folder, tree);
  } finally {
    await namespace.close();
  }
}

async function opening(folder: DataFolder): Promise<string> {
  try {
    await (await openNamespace(folder)).close();
    return "opened";
  } catch (error) {
    if (!isAuraError(error)) throw error;
    return error.code;
  }
}

/** Copies the closed log; `restore` puts it back in place of what came after. */
function backup(folder: DataFolder, to: string): { restore(): void } {
  const files = (path: string) => readdirSync(path).filter((name) => name.startsWith("log.sqlite"));
  for (const name of files(folder.path)) cpSync(join(folder.path, name), join(to, name));
  return {
    restore: () => {
      for (const name of files(folder.path)) rmSync(join(folder.path, name));
      for (const name of files(to)) cpSync(join(to, name), join(folder.path, name));
    },
  };
}

function keptIn(folder: DataFolder): readonly string[] {
  return readdirSync(folder.checkpoints).toSorted();
}

describe("a log with a kept checkpoint", () => {
  let folder: DataFolder;
  let older: { restore(): void };
  let remove: () => void;
  /** Founding and 3 entries, then backed up; then 2 more and a checkpoint of 6 kept. */
  beforeEach(async () => {
    const scratch = scratchFolder();
    remove = () => scratch[Symbol.dispose]();
    folder = dataFolder(scratch.at("data"));
    await aura(["init", "--data", folder.path]);
    await grow(folder, 3, "kept");
    cpSync(folder.checkpoints, scratch.at("checkpoints-then"), { recursive: true });
    older = backup(folder, scratch.path);
    await grow(folder, 2, "kept");
    return () => remove();
  });

  it("is opened while it stands, and when it has grown", async () => {
    expect(keptIn(folder)).toEqual(["4.txt", "6.txt"]);
    expect(await opening(folder)).toBe("opened");
    await grow(folder, 5, "not kept");
    expect(await opening(folder)).toBe("opened");
  });

  it("is not opened once it is shorter than the checkpoint", async () => {
    older.restore();
    expect(await opening(folder)).toBe("runtime/log_cut");
    const { exitCode, err } = await aura(["export", "--data", folder.path, "--out", `${folder.path}.jsonl`]);
    expect([exitCode, err]).toEqual([10, expect.stringContaining("runtime/log_cut")]);
  });

  it.each([
    ["the same size", 2],
    ["a larger size", 7],
  ])("is not opened once other entries stand under the checkpoint, at %s", async (_what, entries) => {
    const note = readFileSync(join(folder.checkpoints, "6.txt"));
    older.restore();
    rmSync(join(folder.checkpoints, "6.txt"));
    await grow(folder, entries, "not kept");
    writeFileSync(join(folder.checkpoints, "6.txt"), note);
    expect(await opening(folder)).toBe("runtime/log_rewritten");
    const { exitCode, err } = await aura(["export", "--data", folder.path, "--out", `${folder.path}.jsonl`]);
    expect([exitCode, err]).toEqual([10, expect.stringContaining("runtime/log_rewritten")]);
  });

  it("keeps the checkpoint of a size once: again is fine, another one is refused and changes nothing", async () => {
    const path = join(folder.checkpoints, "6.txt");
    const note = readFileSync(path, "utf8");
    await grow(folder, 0, "kept");
    expect(readFileSync(path, "utf8")).toBe(note);
    const namespace = await openNamespace(folder);
    const tree = await namespace.checkpoints.signNow();
    const { origin } = namespace.identity;
    const root = namespace.statement.release; // any other hash
    const other = await signCheckpoint(namespace.keys.log, { origin, size: tree.size, root: root as never });
    await expect(keepCheckpoint(folder, { ...tree, note: other })).rejects.toThrow(
      expect.objectContaining({ code: "runtime/log_rewritten" }),
    );
    await namespace.close();
    expect(readFileSync(path, "utf8")).toBe(note);
    expect(keptIn(folder)).toEqual(["4.txt", "6.txt"]);
  });

  it("is not opened with a checkpoint that its key did not sign, or that stands under another size", async () => {
    const path = join(folder.checkpoints, "6.txt");
    const note = readFileSync(path, "utf8");
    writeFileSync(path, note.replace("\n6\n", "\n5\n"));
    expect(await opening(folder)).toBe("runtime/checkpoint_foreign");
    writeFileSync(path, "");
    expect(await opening(folder)).toBe("runtime/checkpoint_foreign");
    writeFileSync(path, readFileSync(join(folder.checkpoints, "4.txt")));
    expect(await opening(folder)).toBe("runtime/checkpoint_foreign");
  });

  it("is opened beside what a crash left of a checkpoint half written", async () => {
    writeFileSync(join(folder.checkpoints, "9.txt.new"), "half");
    expect(await opening(folder)).toBe("opened");
  });
});

describe("kept checkpoints", () => {
  it("are thinned to the newest and one older for each power of two, however often they are", async () => {
    let kept: readonly number[] = [];
    for (let size = 1; size <= 5_000; size += 3) {
      const all = [...kept, size];
      const gone = new Set(outgrown(all));
      kept = all.filter((candidate) => !gone.has(candidate));
      expect(kept.length).toBeLessThanOrEqual(KEPT_NEWEST_MAX + 13);
      expect(kept.at(-1)).toBe(size);
    }
    expect(kept.slice(0, 4)).toEqual([1, 4, 10, 16]);
    expect(kept.slice(-KEPT_NEWEST_MAX)).toEqual(Array.from({ length: KEPT_NEWEST_MAX }, (_, at) => 4_906 + 3 * at));
  });

  it("stay all at the limit; one past it goes, and nothing that is no kept checkpoint", async () => {
    using scratch = scratchFolder();
    const folder = dataFolder(scratch.at("data"));
    const keep = (size: number) => keepCheckpoint(folder, { size, root: emptyRoot(), note: `note ${size}` });
    await keep(4);
    writeFileSync(join(folder.checkpoints, "mine.txt"), "mine");
    const newest = Array.from({ length: KEPT_NEWEST_MAX }, (_, at) => 6 + at);
    for (const size of [5, ...newest.slice(0, -1)]) await keep(size);
    expect(keptIn(folder)).toEqual(
      [4, 5, ...newest.slice(0, -1)]
        .map((size) => `${size}.txt`)
        .concat("mine.txt")
        .toSorted(),
    );
    await keep(newest.at(-1) ?? 0);
    expect(keptIn(folder)).toEqual(
      [4, ...newest]
        .map((size) => `${size}.txt`)
        .concat("mine.txt")
        .toSorted(),
    );
  });

  it("are kept twice at once", async () => {
    using scratch = scratchFolder();
    const folder = dataFolder(scratch.at("data"));
    const tree = { size: 4, root: emptyRoot(), note: "note" };
    await Promise.all([1, 2, 3].map(() => keepCheckpoint(folder, tree)));
    expect(keptIn(folder)).toEqual(["4.txt"]);
  });
});

/** Whoever owns the database and has no key: adds entries, and stores a tree of them with a note of their choice. */
async function rewriteTail(folder: DataFolder, entries: number, note: string): Promise<void> {
  const { namespace } = await loadIdentity(folder);
  const context = { namespace };
  const store = await openSqliteLogStore({
    path: folder.log,
    clock: systemClock,
    projections: [missionProjection],
  });
  for (let count = 0; count < entries; count += 1) {
    await record({ store, context, random: systemRandom }, CONTROL_STREAM, {
      type: "epoch.raised",
      actor: RUNTIME,
      data: { scope: "org", reason: "forged" },
    });
  }
  await store.checkpoint(context, async () => note);
  await store.close();
}

/** Whoever owns the database, past its triggers. */
function edit(folder: DataFolder, ...statements: readonly string[]): void {
  const database = new DatabaseSync(folder.log);
  database.function("leaf_of", (text) => leafHash(String(text)));
  for (const statement of statements) database.exec(statement);
  database.close();
}

const WITHOUT_TRIGGER = "drop trigger entry_is_not_updated";
const NEW_REASON = 'update entry set text = replace(text, \'"reason":"test"\', \'"reason":"mine"\')';

describe("a log whose owner has no key rewrites what lies after the newest kept checkpoint", () => {
  let folder: DataFolder;
  let older: { restore(): void };
  let note: string;
  let remove: () => void;
  /** 4 entries of which a checkpoint is kept, backed up; then 2 more, signed, and kept nowhere but in the log. */
  beforeEach(async () => {
    const scratch = scratchFolder();
    remove = () => scratch[Symbol.dispose]();
    folder = dataFolder(scratch.at("data"));
    await aura(["init", "--data", folder.path]);
    await grow(folder, 3, "kept");
    older = backup(folder, scratch.path);
    await grow(folder, 2, "kept");
    note = readFileSync(join(folder.checkpoints, "6.txt"), "utf8");
    rmSync(join(folder.checkpoints, "6.txt"));
    return () => remove();
  });

  it.each([
    ["the note that was signed for the same size", (signed: string) => signed],
    ["the note with the new root", (signed: string) => signed.replace(/\n6\n.*\n/, `\n6\n${"A".repeat(43)}=\n`)],
    ["no note", () => ""],
  ])("and is refused with %s", async (_what, forged) => {
    expect(await opening(folder)).toBe("opened");
    older.restore();
    await rewriteTail(folder, 2, forged(note));
    expect(await opening(folder)).toBe("runtime/log_rewritten");
    const { exitCode, err } = await aura(["export", "--data", folder.path, "--out", `${folder.path}.jsonl`]);
    expect([exitCode, err]).toEqual([10, expect.stringContaining("runtime/log_rewritten")]);
  });

  it("and is refused with an older note over more entries", async () => {
    const four = readFileSync(join(folder.checkpoints, "4.txt"), "utf8");
    older.restore();
    await rewriteTail(folder, 2, four);
    expect(await opening(folder)).toBe("runtime/log_rewritten");
  });

  it.each([
    ["with a kept checkpoint", "kept"],
    ["with none", "removed"],
  ])(
    "and is refused where an entry and its leaf were edited under an untouched tree, %s",
    async (_what, checkpoints) => {
      if (checkpoints === "removed") rmSync(folder.checkpoints, { recursive: true });
      expect(await opening(folder)).toBe("opened");
      edit(folder, WITHOUT_TRIGGER, `${NEW_REASON} where seq = 5`);
      expect(await opening(folder)).toBe("store/corrupt");
      edit(folder, "update entry set leaf = leaf_of(text) where seq = 5");
      expect(await opening(folder)).toBe("runtime/log_rewritten");
    },
  );

  it("and is refused where the hashes were edited that the tree would be extended from", async () => {
    writeFileSync(join(folder.checkpoints, "6.txt"), note);
    edit(folder, "update tile set hashes = zeroblob(length(hashes))");
    expect(await opening(folder)).toBe("runtime/log_rewritten");
  });

  it.each([1, 2, 3, 10])("and is opened, at %i more entries, where nothing was rewritten", async (more) => {
    await grow(folder, more, "kept");
    await grow(folder, more, "not kept");
    expect(await opening(folder)).toBe("opened");
    rmSync(folder.checkpoints, { recursive: true });
    expect(await opening(folder)).toBe("opened");
  });
});

describe("a log that is not the one that was signed", () => {
  it.each([
    "runtime/log_lost",
    "runtime/log_cut",
    "runtime/log_rewritten",
    "runtime/checkpoint_foreign",
    "store/log_cut",
  ])("has an exit code of its own: %s", (code) => expect(exitCodeOf(code)).toBe(10));
});
