import { describe, expect, it } from "vitest";
import { placed, placeOf } from "../../attack/attack.ts";
import type { PlacedAttack, Step } from "../../attack/attack.ts";
import { ATTACKS } from "../../attack/attacks.ts";
import { pageOf } from "../../attack/page.ts";
import { PROGRAMS } from "../../attack/programs.ts";
import { runAttack } from "../../attack/run-attack.ts";
import { tallyOf } from "../../attack/tally.ts";
import { judge, verdictOf } from "../../attack/verdict.ts";

const STEP: Step = {
  does: "Tries it",
  command: "try-it",
  kind: "attack",
  exits: 10,
  says: ["runtime/log_cut"],
  never: ["BROKEN"],
};
const REFUSED = { exitCode: 10, text: "aura: (runtime/log_cut)" };

function anAttack(steps: readonly Step[]): PlacedAttack {
  return { n: 1, title: "An attack", has: "a.", must: "b.", broken: "c.", limits: [], steps };
}

async function told(attack: PlacedAttack, ran: typeof REFUSED | { exitCode: null; text: string }) {
  const lines: string[] = [];
  const verdict = await runAttack(
    attack,
    async () => ran,
    (line) => lines.push(line),
  );
  return { verdict, text: lines.join("\n") };
}

describe("the verdict over a step", () => {
  it("is as stated only with the exit code, every text and none of the forbidden ones", () => {
    expect(judge(STEP, REFUSED)).toEqual({ kind: "as_stated" });
    expect(judge(STEP, { ...REFUSED, exitCode: 0 }).kind).toBe("differs");
    expect(judge(STEP, { exitCode: 10, text: "another refusal" }).kind).toBe("differs");
    expect(judge(STEP, { exitCode: 10, text: "runtime/log_cut BROKEN" }).kind).toBe("differs");
    expect(judge(STEP, { exitCode: null, text: "runtime/log_cut" }).kind).toBe("differs");
  });

  it("of an attack is HELD only if each of its steps went as stated, and there was one", () => {
    expect(verdictOf([{ kind: "as_stated" }])).toBe("HELD");
    expect(verdictOf([{ kind: "as_stated" }, { kind: "differs", because: ["x"] }])).toBe("NOT HELD");
    expect(verdictOf([])).toBe("NOT HELD");
  });
});

describe("running an attack", () => {
  it("says what was different, with the command and what it printed", async () => {
    const { verdict, text } = await told(anAttack([STEP]), { exitCode: 0, text: "paid" });
    expect(verdict).toBe("NOT HELD");
    expect(text).toContain("WRONG   Tries it");
    expect(text).toContain("it ended with exit code 0, not 10");
    expect(text).toContain("$ try-it");
    expect(text).toContain("| paid");
  });

  it("does not hold when it could not be prepared, and tries nothing after that", async () => {
    const prepare: Step = { ...STEP, kind: "prepare", exits: 0, says: [] };
    const { verdict, text } = await told(anAttack([prepare, STEP]), REFUSED);
    expect(verdict).toBe("NOT HELD");
    expect(text.match(/Tries it/g)).toHaveLength(1);
  });

  it("does not hold when a limit that is stated is none any more", async () => {
    const { verdict } = await told(anAttack([{ ...STEP, kind: "limit", exits: 0, says: [] }]), REFUSED);
    expect(verdict).toBe("NOT HELD");
  });
});

describe("an attacker's program", () => {
  it("ends with 1 as soon as one attempt got through", () => {
    const tally = tallyOf(() => undefined);
    tally.attempt("one", "refused", true);
    tally.attempt("two", "paid", false);
    tally.attempt("three", "refused", true);
    expect(tally.exitCode()).toBe(1);
  });
});

describe("the pages", () => {
  const attacks = ATTACKS.map((attack) => placed(attack, placeOf(".aura/demo")));

  it("are numbered from 1 without a gap, and each has commands that must fail", () => {
    expect(attacks.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const { steps } of attacks) expect(steps.some(({ kind }) => kind === "attack")).toBe(true);
  });

  it("print every command whole, on a line of its own", () => {
    for (const attack of attacks) {
      const page = pageOf(attack);
      for (const { command } of attack.steps) expect(page).toContain(`   ${command}`);
    }
  });

  it("name only programs that are there", () => {
    const names = attacks.flatMap(({ steps }) =>
      steps.flatMap(({ command }) => /demo:attack ([a-z-]+)/.exec(command)?.[1] ?? []),
    );
    expect(names.filter((name) => PROGRAMS[name] === undefined)).toEqual([]);
  });
});
