import { commit } from "@aura/trust";
import type { LogStore } from "@aura/store";
import { describe, expect, it } from "vitest";
import { lostIn, objectiveIn, openJson, valueIn } from "../../src/http/opened.ts";
import type { Opened } from "../../src/http/opened.ts";

const NONCE = "A".repeat(43);
const committed = commit(NONCE, '{"amount":"412.50"}');

function vault(text: string | undefined) {
  const payload = async () => (text === undefined ? "erased" : { commitment: committed, nonce: NONCE, text });
  return { store: { payload } as unknown as LogStore, context: { namespace: "n" } };
}

describe("opening what stands behind a commitment", () => {
  it("gives the text that was committed to", async () => {
    expect(await openJson(vault('{"amount":"412.50"}'), committed)).toEqual({
      kind: "kept",
      value: { amount: "412.50" },
    });
  });

  it("never gives a text that the owner of the database put in its place", async () => {
    expect(await openJson(vault('{"amount":"912.50"}'), committed)).toEqual({ kind: "altered" });
    expect(await openJson(vault("not JSON"), committed)).toEqual({ kind: "altered" });
  });

  it("says that a text was destroyed", async () => {
    expect(await openJson(vault(undefined), committed)).toEqual({ kind: "erased" });
  });

  it.each(["altered", "erased"])("does not take a recorded text that reads %j for a loss", async (text) => {
    const opened = await openJson(vault(JSON.stringify(text)), commit(NONCE, JSON.stringify(text)));
    expect([valueIn(opened), lostIn({ result: opened })]).toEqual([text, {}]);
  });

  it("answers nothing for what is lost, and how it was lost beside it", () => {
    const definition: Opened = { kind: "kept", value: { objective: "erased" } };
    expect(lostIn({ definition, result: { kind: "altered" } })).toEqual({ result: "altered" });
    expect(valueIn({ kind: "altered" })).toBeNull();
    expect([objectiveIn(definition), objectiveIn({ kind: "erased" })]).toEqual(["erased", null]);
  });
});
