import { performCall, raiseEpoch } from "@aura/mission";
import type { CallAnswer, CallRequest, MissionWorld } from "@aura/mission";
import { newNonce } from "@aura/trust";
import { later, ledgerIn, openWorld } from "../copied-log.ts";
import { CLERK, issueTo, missionThatPays, present } from "../outside-agent.ts";
import type { Program } from "../program.ts";
import { ledgerOf } from "../../src/back-office/payments/ledger.ts";
import { tallyOf } from "../tally.ts";
import { copyOf } from "./copy.ts";

const AT_ONCE = 16;
const [KEY, OTHER_KEY] = ["attack.1", "attack.2"];
const ORDER = {
  payee: "aldgate-print",
  amount: "25.00",
  currency: "EUR",
  reference: "AP-9001",
  idempotency_key: "attack-1",
};

/** `replay NAME`: on a copy, one real call that pays; then everything that an attacker tries who taped all three parts of it. */
export const replay: Program = async ([name = ""], { place, say }) => {
  const folder = copyOf(place.copies, name);
  const tally = tallyOf(say);
  let desk = await openWorld(folder);
  try {
    const mission = await missionThatPays(desk);
    const other = await missionThatPays(desk);
    const agent = await issueTo(desk, folder, { agent: CLERK, mission: mission.id, tools: ["pay"] });
    const taped = await present(desk, agent, { key: KEY, tool: "pay", arguments: ORDER, signer: agent.key });
    const first = await performCall(desk.world, taped);
    say(`the real call: ${wordsOf(first)}; sent ${desk.sent()} time(s), ledger rows for it: ${rowsIn(folder)}`);
    if (first.kind !== "ended" || first.end.kind !== "succeeded") throw new Error("The real call did not succeed.");

    const attempt = async (
      what: string,
      request: CallRequest,
      world: MissionWorld,
      must: (answer: CallAnswer) => boolean,
    ) => {
      const before = { size: await desk.world.store.size(desk.world.context), sent: desk.sent(), rows: rowsIn(folder) };
      const answer = await performCall(world, request);
      const after = { size: await desk.world.store.size(desk.world.context), sent: desk.sent(), rows: rowsIn(folder) };
      const isQuiet = before.size === after.size && before.sent === after.sent && before.rows === after.rows;
      tally.attempt(
        what,
        `${wordsOf(answer)}; ${isQuiet ? "nothing recorded, nothing sent" : "SOMETHING WAS RECORDED OR SENT"}`,
        isQuiet && must(answer),
      );
    };
    const sameAnswer = (answer: CallAnswer): boolean =>
      answer.kind === "ended" && answer.end.kind === "succeeded" && wordsOf(answer) === wordsOf(first);
    const refusedAs =
      (code: string) =>
      (answer: CallAnswer): boolean =>
        answer.kind === "refused" && answer.code === code;

    await attempt("present the same three again", taped, desk.world, sameAnswer);
    const sentBefore = desk.sent();
    const many = await Promise.all(Array.from({ length: AT_ONCE }, () => performCall(desk.world, taped)));
    tally.attempt(
      `present them ${AT_ONCE} times at once`,
      `${AT_ONCE} times the recorded answer, ledger rows for it: ${rowsIn(folder)}`,
      many.every(sameAnswer) && desk.sent() === sentBefore && rowsIn(folder) === 1,
    );
    await desk.close();
    desk = await openWorld(folder);
    await attempt("present them to a runtime that was started again", taped, desk.world, sameAnswer);

    const dear = { ...taped, arguments: { ...ORDER, amount: "9825.00" } };
    await attempt("the same proof, another amount", dear, desk.world, refusedAs("trust/proof_other_arguments"));
    const nonce = newNonce(desk.world.random);
    await attempt(
      "the same proof, another nonce",
      { ...taped, nonce },
      desk.world,
      refusedAs("trust/proof_other_arguments"),
    );
    await attempt(
      "the same proof, as a new call",
      { ...taped, key: OTHER_KEY },
      desk.world,
      refusedAs("trust/proof_other_call"),
    );
    await attempt(
      "the same proof, for another tool",
      { ...taped, tool: "refund" },
      desk.world,
      refusedAs("trust/proof_other_call"),
    );
    await attempt(
      "the same proof, in another mission",
      { ...taped, mission: other.id },
      desk.world,
      refusedAs("trust/mission"),
    );
    await attempt("the same three, 31 s later", taped, later(desk.world, 31_000), refusedAs("trust/proof_expired"));
    await attempt("the same three, 6 min later", taped, later(desk.world, 360_000), refusedAs("trust/token_expired"));
    const conflict = await present(desk, agent, {
      key: KEY,
      tool: "pay",
      arguments: { ...ORDER, amount: "30.00" },
      signer: agent.key,
    });
    await attempt(
      "a fresh proof of the agent itself, same key, another amount",
      conflict,
      desk.world,
      refusedAs("call/conflict"),
    );
    const again = await present(desk, agent, { key: KEY, tool: "pay", arguments: ORDER, signer: agent.key });
    await raiseEpoch(
      desk.world,
      { kind: "agent", agent: CLERK },
      { reason: "taped", actor: { id: "operator", custody: "person" } },
    );
    await attempt(
      "a fresh proof after the agent was revoked",
      again,
      desk.world,
      refusedAs("trust/credential_revoked"),
    );
    return tally.exitCode();
  } finally {
    await desk.close();
  }

  function rowsIn(folder: string): number {
    return ledgerOf(ledgerIn(folder)).filter(({ key }) => key === ORDER.idempotency_key).length;
  }
};

/** The answer of the enforcement path in a few words. */
export function wordsOf(answer: CallAnswer): string {
  switch (answer.kind) {
    case "ended":
      return answer.end.kind === "succeeded"
        ? `succeeded, result ${answer.end.resultDigest.slice(0, 12)}`
        : `${answer.end.kind} ${answer.end.code}`;
    case "refused":
      return `refused ${answer.code}`;
    case "waits":
      return `waits for ${answer.for}`;
    case "lost":
      return "lost";
  }
}
