import { performCall } from "@aura/mission";
import type { CallRequest } from "@aura/mission";
import { decodeBase64url, encodeBase64url, generateKey, issueCredential, uuidv7 } from "@aura/trust";
import { openWorld } from "../copied-log.ts";
import { CLERK, issueTo, missionThatPays, present } from "../outside-agent.ts";
import type { OutsideAgent } from "../outside-agent.ts";
import type { Program } from "../program.ts";
import { tallyOf } from "../tally.ts";
import { copyOf } from "./copy.ts";
import { wordsOf } from "./replay.ts";

const ORDER = {
  payee: "aldgate-print",
  amount: "25.00",
  currency: "EUR",
  reference: "AP-9002",
  idempotency_key: "attack-2",
};

/** `foreign-token NAME`: on a copy, everything that an attacker tries who has tokens that are not his. */
export const foreignToken: Program = async ([name = ""], { place, say }) => {
  const folder = copyOf(place.copies, name);
  const tally = tallyOf(say);
  const desk = await openWorld(folder);
  const { world, identity } = desk;
  try {
    const [mission, other] = [await missionThatPays(desk), await missionThatPays(desk)];
    const victim = await issueTo(desk, folder, { agent: CLERK, mission: mission.id, tools: ["pay"] });
    const elsewhere = await issueTo(desk, folder, { agent: CLERK, mission: other.id, tools: ["pay"] });
    const compensator = await issueTo(desk, folder, {
      agent: "compensator",
      mission: mission.id,
      tools: ["pay", "refund"],
    });
    const thief = await generateKey(world.random);

    let calls = 0;
    const attempt = async (
      what: string,
      code: string,
      shown: OutsideAgent,
      change: (request: CallRequest) => CallRequest = (request) => request,
      signer = shown.key,
    ): Promise<void> => {
      calls += 1;
      const request = change(
        await present(desk, shown, { key: `token.${calls}`, tool: "pay", arguments: ORDER, signer }),
      );
      const [size, sent] = [await world.store.size(world.context), desk.sent()];
      const answer = await performCall(world, request);
      const isQuiet = (await world.store.size(world.context)) === size && desk.sent() === sent;
      const held = isQuiet && answer.kind === "refused" && answer.code === code;
      tally.attempt(
        what,
        `${wordsOf(answer)}; ${isQuiet ? "nothing recorded, nothing sent" : "SOMETHING WAS RECORDED OR SENT"}`,
        held,
      );
    };

    await attempt(
      "a stolen credential and token, proof by the thief's own key",
      "trust/proof_wrong_key",
      victim,
      undefined,
      thief,
    );
    await attempt(
      "the same, and the proof pretends to be by the agent's key",
      "trust/proof_tampered",
      victim,
      ({ presented, ...request }) => ({
        ...request,
        presented: { ...presented, proof: withKeyOf(presented.proof, victim.key.publicKey.kid) },
      }),
      thief,
    );
    await attempt("the same agent's token of another mission", "trust/mission", { ...elsewhere, mission: mission.id });
    await attempt("another agent's whole set, in this agent's mission", "mission/other_agent", compensator);
    await attempt("this agent's credential with another agent's token", "trust/token_other_credential", {
      ...victim,
      token: compensator.token,
    });
    await attempt("another agent's credential with this agent's token", "trust/token_other_credential", {
      ...victim,
      credential: compensator.credential,
    });
    await attempt("a token whose mission was edited", "trust/token_tampered", {
      ...elsewhere,
      token: edited(elsewhere.token, other.id, mission.id),
      mission: mission.id,
    });
    const nowMs = world.store.nowMs();
    const own = await issueCredential(thief, {
      issuer: `https://${identity.origin}`,
      org: identity.org,
      namespace: identity.namespace,
      agent: CLERK,
      instance: uuidv7(nowMs, world.random),
      key: thief.publicKey,
      epochs: { org: 0, namespace: 0, agent: 0 },
      nowMs,
      ttlMs: 3_600_000,
      jti: uuidv7(nowMs, world.random),
    });
    await attempt("a credential that the thief issued to himself", "trust/credential_foreign", {
      ...victim,
      credential: own,
      key: thief,
    });
    return tally.exitCode();
  } finally {
    await desk.close();
  }
};

/** A JWS whose header names another key; the signature stays. */
function withKeyOf(jws: string, kid: string): string {
  const [header = "", payload = "", signature = ""] = jws.split(".");
  const members = JSON.parse(textOf(header)) as { readonly [member: string]: unknown };
  return `${encoded(JSON.stringify({ ...members, kid }))}.${payload}.${signature}`;
}

/** A JWS in whose payload one text stands for another of the same length. */
function edited(jws: string, from: string, to: string): string {
  const [header = "", payload = "", signature = ""] = jws.split(".");
  return `${header}.${encoded(textOf(payload).replaceAll(from, to))}.${signature}`;
}

function textOf(part: string): string {
  return new TextDecoder().decode(decodeBase64url(part));
}

function encoded(text: string): string {
  return encodeBase64url(new TextEncoder().encode(text));
}
