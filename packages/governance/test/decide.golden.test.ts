import { canonicalJson, type JsonObject } from "@aura/trust";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { decide, parseRelease, releaseDigest } from "../src/index.ts";

interface Golden {
  readonly release: unknown;
  readonly digest: string;
  readonly cases: readonly { readonly name: string; readonly request: unknown; readonly decision: JsonObject }[];
}

const golden = JSON.parse(readFileSync(new URL("golden/decisions.json", import.meta.url), "utf8")) as Golden;
const release = parseRelease(golden.release);

it("gives the release the digest it has always had", () => {
  expect(releaseDigest(release)).toBe(golden.digest);
});

it.each(golden.cases)("decides as it has always decided: $name", ({ request, decision }) => {
  expect(canonicalJson({ ...decide(release, request as never) } as unknown as JsonObject)).toBe(
    canonicalJson(decision),
  );
});
