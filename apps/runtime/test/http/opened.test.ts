import { commit } from "@aura/trust";
import type { LogStore } from "@aura/store";
import { describe, expect, it } from "vitest";
import { openJson, openText } from "../../src/http/opened.ts";

const NONCE = "A".repeat(43);
const committed = commit(NONCE, '{"amount":"412.50"}');

function vault(text: string) {
  const payload = async () => ({ commitment: committed, nonce: NONCE, text });
  return { store: { payload } as unknown as LogStore, context: { namespace: "n" } };
}

describe("opening what stands behind a commitment", () => {
  it("gives the text that was committed to", async () => {
    expect(await openJson(vault('{"amount":"412.50"}'), committed)).toEqual({ amount: "412.50" });
  });

  it("never gives a text that the owner of the database put in its place", async () => {
    expect(await openJson(vault('{"amount":"912.50"}'), committed)).toBe("altered");
    expect(await openText(vault('"912.50"'), committed)).toBe("altered");
    expect(await openJson(vault("not JSON"), committed)).toBe("altered");
  });
});
