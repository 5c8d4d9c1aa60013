// Tries to have another payment approved than the one that was asked for: takes what waits, alters one digit of its amount in
// the text that is signed, signs that with a real approver's real key, and sends it. The runtime must refuse it.
// `npx -y pnpm@12.18.0 demo:altered-vote <approval> [--data DIR]`
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { signVote } from "@aura/mission";
import type { Vote } from "@aura/mission";
import { hashText } from "@aura/trust";
import { loadKeyFile } from "@aura/trust/key-file";
import { alterDigit } from "./back-office/alter-digit.ts";

interface Approval {
  readonly shown: string;
  readonly arguments: { readonly amount?: unknown } | null;
  readonly vote: Vote;
  readonly pool: { readonly seats?: readonly { readonly person: string }[] };
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly title?: string;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { data: { type: "string", default: ".aura/demo" } },
});
const [id] = positionals;
const runtime = join(values.data, "runtime.json");
if (id === undefined || positionals.length > 1) end(2, "Write: npx -y pnpm@12.18.0 demo:altered-vote <approval>");
if (!existsSync(runtime)) end(3, `No demo runs in ${values.data}. Start it: npx -y pnpm@12.18.0 demo`);

const { url } = JSON.parse(readFileSync(runtime, "utf8")) as { readonly url: string };
const headers = {
  authorization: `Bearer ${readFileSync(join(values.data, "operator.key"), "utf8").trimEnd()}`,
  "content-type": "application/json",
};
const path = `${url}/v1/approvals/${encodeURIComponent(id)}`;
const found = await fetch(path, { headers }).catch(() => end(3, `The demo at ${url} does not answer.`));
if (!found.ok) end(3, `Nothing waits under ${id}: ${((await found.json()) as Problem).detail ?? ""}`);
const { shown, arguments: args, vote, pool } = (await found.json()) as Approval;

const amount = typeof args?.amount === "string" ? args.amount : "";
const altered = alterDigit(shown, amount);
if (altered === undefined) end(3, "What waits has no amount to alter.");
const keys = join(`${values.data}.root`, "people");
const person = pool.seats?.find((seat) => readdirSync(keys).includes(`${seat.person}.key`))?.person;
if (person === undefined) end(3, `No key of somebody who may answer is in ${keys}.`);

const key = await loadKeyFile(join(keys, `${person}.key`));
say(`Asked for:    ${amount}`);
say(`Signed for:   ${altered.amount}, by ${person}, with the key that counts`);
const jws = await signVote(key, { ...vote, shown: hashText(altered.text), choice: "APPROVE" });
const answer = await fetch(`${path}/votes`, { method: "POST", headers, body: JSON.stringify({ person, jws }) });
const problem = (await answer.json()) as Problem;
if (answer.ok) end(1, "Taken. That must never happen: please report it.");
say(`Refused with: ${answer.status} ${problem.code ?? ""}`);
say(`              ${problem.detail ?? ""} ${problem.title ?? ""}`);
say("Nothing was paid; the request waits as it was.");

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function end(exitCode: number, why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(exitCode);
}
