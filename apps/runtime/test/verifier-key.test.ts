import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { aura, scratchFolder } from "./in-process.ts";

describe("the verifier key that is handed to others", () => {
  it.each(["the key of another log", "nothing"])(
    "is refused if it has become %s, and init writes it again",
    async (what) => {
      using scratch = scratchFolder();
      const [data, other] = [scratch.at("data"), scratch.at("other")];
      await aura(["init", "--data", data]);
      await aura(["init", "--data", other]);
      const path = join(data, "log.vkey");
      const right = readFileSync(path, "utf8");
      if (what === "nothing") writeFileSync(path, "");
      else copyFileSync(join(other, "log.vkey"), path);

      const refused = await aura(["export", "--data", data, "--out", scratch.at("log.jsonl")]);
      expect([refused.exitCode, refused.err]).toEqual([3, expect.stringContaining("runtime/verifier_key_foreign")]);
      expect(refused.err).toContain(path);

      rmSync(path);
      expect(await aura(["init", "--data", data])).toMatchObject({ exitCode: 0, err: "" });
      expect(readFileSync(path, "utf8")).toBe(right);
      expect(await aura(["export", "--data", data, "--out", scratch.at("log.jsonl")])).toMatchObject({ exitCode: 0 });
    },
  );
});
