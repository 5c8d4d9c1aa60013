import { join } from "node:path";
import { signVote } from "@aura/mission";
import type { Vote } from "@aura/mission";
import { generateKey, hashText, signJws, systemRandom } from "@aura/trust";
import type { JsonObject, Signer } from "@aura/trust";
import { loadKeyFile } from "@aura/trust/key-file";
import { alterDigit } from "../../src/back-office/alter-digit.ts";
import { SCENES } from "../../src/back-office/scenes.ts";
import { problemOf, runningDemo } from "../demo-api.ts";
import type { RunningDemo } from "../demo-api.ts";
import type { Program } from "../program.ts";
import { until } from "../system-wait.ts";
import { tallyOf } from "../tally.ts";

interface Asked {
  readonly id: string;
  readonly mission: string;
  readonly shown: string;
  readonly arguments: { readonly amount: string };
  readonly vote: Omit<Vote, "choice">;
}

interface LedgerLine {
  readonly key: string;
  readonly amount: string;
}

const AT_ONCE = 16;

/** `vote`: on the running demo, two payments that wait for people, and everything that a thief of votes tries. The first one is paid in the end. */
export const vote: Program = async (_args, { place, say }) => {
  const demo = runningDemo(place.data);
  const people = join(`${place.data}.root`, "people");
  const [ines, tomas, lea] = await Promise.all(
    ["ines", "tomas", "lea"].map((id) => loadKeyFile(join(people, `${id}.key`))),
  );
  if (ines === undefined || tomas === undefined || lea === undefined)
    throw new Error(`No keys of people in ${people}.`);
  const stranger = await generateKey(systemRandom);
  const [asked, other] = [await askForPayment(demo), await askForPayment(demo)];
  say(`two payments of ${asked.arguments.amount} EUR wait: ${asked.id} and ${other.id}`);
  const tally = tallyOf(say);

  const attempt = async (
    what: string,
    code: string,
    cast: { readonly at?: Asked; readonly person: string; readonly jws: string },
  ) => {
    const { at = asked, person, jws } = cast;
    const answer = await handIn(demo, at, person, jws);
    const waits = (await waiting(demo, at)) && (await rowsOf(demo, at)).length === 0;
    const held = answer.status >= 400 && problemOf(answer).startsWith(`${code}:`) && waits;
    tally.attempt(
      what,
      `${answer.status} ${problemOf(answer)} ${waits ? "It still waits, nothing is paid." : "IT WAITS NO MORE."}`,
      held,
    );
  };
  const approve = (signer: Signer, of: Asked = asked, change: Partial<Vote> = {}): Promise<string> =>
    signVote(signer, { ...of.vote, choice: "APPROVE", ...change });

  const altered = alterDigit(asked.shown, asked.arguments.amount);
  if (altered === undefined) throw new Error("What waits has no amount to alter.");
  await attempt(`a vote for ${altered.amount} in place of ${asked.arguments.amount}`, "mission/vote_mismatch", {
    person: "ines",
    jws: await approve(ines, asked, { shown: hashText(altered.text) }),
  });
  await attempt("Ines's vote for the other, equal payment", "mission/vote_mismatch", {
    person: "ines",
    jws: await approve(ines, other),
  });
  await attempt("Ines's vote for another call of the same mission", "mission/vote_mismatch", {
    person: "ines",
    jws: await approve(ines, asked, { call: "1.99" }),
  });
  await attempt("a vote with other arguments", "mission/vote_mismatch", {
    person: "ines",
    jws: await approve(ines, asked, { arguments: other.vote.arguments }),
  });
  await attempt("a vote that is good for a year longer", "mission/vote_mismatch", {
    person: "ines",
    jws: await approve(ines, asked, { expiresMs: asked.vote.expiresMs + 31_536_000_000 }),
  });
  await attempt("Tomas signs in Ines's name", "mission/vote_forged", { person: "ines", jws: await approve(tomas) });
  await attempt("a key that nobody enrolled signs in Ines's name", "mission/vote_forged", {
    person: "ines",
    jws: await approve(stranger),
  });
  await attempt("the operator votes, with a key of his own", "mission/vote_unknown_approver", {
    person: "operator",
    jws: await approve(stranger),
  });
  await attempt("Lea, who has a key but no seat at this table, votes", "mission/vote_not_in_pool", {
    person: "lea",
    jws: await approve(lea),
  });
  const rejection = await signVote(ines, { ...asked.vote, choice: "REJECT" });
  await attempt("Ines's REJECT, edited into an APPROVE", "mission/vote_forged", {
    person: "ines",
    jws: turned(rejection),
  });
  await attempt("a vote without a signature", "mission/vote_malformed", {
    person: "ines",
    jws: `${(await approve(ines)).split(".").slice(0, 2).join(".")}.AA`,
  });
  const statement = { ...asked.vote, choice: "APPROVE" } as unknown as JsonObject;
  await attempt("Ines's signature under another kind of statement", "mission/vote_malformed", {
    person: "ines",
    jws: await signJws(ines, "aura-enrolment+jwt", statement),
  });

  const real = await approve(ines);
  const cast = await Promise.all(Array.from({ length: AT_ONCE }, () => handIn(demo, asked, "ines", real)));
  const taken = cast.filter(({ status }) => status === 201).length;
  tally.attempt(`the real vote, ${AT_ONCE} times at once`, `taken ${taken} time(s)`, taken === 1);
  const rows = await until("the payment", async () => {
    const found = await rowsOf(demo, asked);
    return found.length === 0 ? undefined : found;
  });
  const again = await handIn(demo, asked, "ines", real);
  const paid = await rowsOf(demo, asked);
  tally.attempt(
    "the same vote again, after the payment",
    `${again.status} ${problemOf(again)} The ledger has ${paid.length} row(s) for it, of ${paid[0]?.amount ?? "nothing"}.`,
    again.status >= 400 &&
      problemOf(again).startsWith("mission/vote_not_waiting:") &&
      rows.length === 1 &&
      paid.length === 1,
  );
  await attempt("that used vote, for the other payment", "mission/vote_mismatch", {
    at: other,
    person: "ines",
    jws: real,
  });
  await handIn(demo, other, "ines", await signVote(ines, { ...other.vote, choice: "REJECT" }));
  say("the other payment was rejected: nothing of this attack waits any more");
  return tally.exitCode();
};

async function askForPayment(demo: RunningDemo): Promise<Asked> {
  const scene = SCENES.find(({ n }) => n === 3)?.play;
  if (typeof scene !== "object") throw new Error("The demo has no payment that waits for a person.");
  const { agent, definition } = scene;
  const { id } = await demo.ask<{ readonly id: string }>("POST", "/v1/missions", { agent, definition });
  return until(`the approval of mission ${id}`, async () => {
    const { items } = await demo.ask<{ readonly items: readonly Asked[] }>("GET", "/v1/approvals");
    return items.find(({ mission }) => mission === id);
  });
}

function handIn(demo: RunningDemo, { id }: Asked, person: string, jws: string) {
  const headers = { authorization: `Bearer ${demo.operatorKey}` };
  return demo.send({
    method: "POST",
    path: `/v1/approvals/${encodeURIComponent(id)}/votes`,
    headers,
    body: { person, jws },
  });
}

async function waiting(demo: RunningDemo, { id }: Asked): Promise<boolean> {
  const { items } = await demo.ask<{ readonly items: readonly Asked[] }>("GET", "/v1/approvals");
  return items.some((one) => one.id === id);
}

/** Payments of the mission in the ledger: its keys begin with the mission. */
async function rowsOf(demo: RunningDemo, { mission }: Asked): Promise<readonly LedgerLine[]> {
  const { ledger } = await demo.ask<{ readonly ledger: readonly LedgerLine[] }>("GET", "/v1/demo");
  return ledger.filter(({ key }) => key.startsWith(`${mission}/`));
}

function turned(jws: string): string {
  const [header = "", payload = "", signature = ""] = jws.split(".");
  const text = Buffer.from(payload, "base64url").toString().replace('"REJECT"', '"APPROVE"');
  return `${header}.${Buffer.from(text).toString("base64url")}.${signature}`;
}
