import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { signVote } from "@aura/mission";
import type { Vote } from "@aura/mission";
import { parseRelease } from "@aura/governance";
import { commit, systemRandom } from "@aura/trust";
import type { JsonObject, Signer } from "@aura/trust";
import { createKeyFile, loadKeyFile } from "@aura/trust/key-file";
import { describe, expect, it } from "vitest";
import { createMissingOperator } from "../../src/http/operators.ts";
import { findRuntimeFile, writeRuntimeFile } from "../../src/http/runtime-file.ts";
import { openNamespace } from "../../src/wire.ts";
import { aura, logOf, scratchFolder } from "../in-process.ts";
import { foundNotes, noteApplication, notesIn } from "../note-application.ts";
import { askingApplication, DEFINITION, serveNotes, until } from "./served.ts";
import type { ServedNotes } from "./served.ts";

/** Notes that two of a board must agree to: the founder, who holds a key, and others, who hold none yet. */
function boardApplication(founder: string) {
  const application = noteApplication(["pay 100.00"]);
  const { release } = application;
  return {
    ...application,
    release: parseRelease({
      ...release,
      agents: [{ name: "writer", version: "1", owner: "clerk", authority: "L1" }],
      people: [{ id: founder }, { id: "bo" }, { id: "cy" }, { id: "di" }],
      positions: [
        { id: "clerk", level: "L1", reportsTo: "board", holders: ["di"] },
        { id: "board", level: "L4", holders: [founder, "bo", "cy"], quorum: 2 },
      ],
      rules: [
        ...release.rules,
        { id: "ask-first", effect: "ESCALATE", level: "L4", on: "call", match: {}, reason: "The board should look." },
      ],
    }),
  };
}

/** Served, with the founder as the operator if asked for, and one call that waits for the board. */
async function servedBoard(path: string, operator: "founder" | "operator") {
  const folder = await foundNotes(path, noteApplication([]));
  const namespace = await openNamespace(folder);
  const founder = namespace.statement.approvers[0]?.id ?? "";
  await namespace.close();
  await createMissingOperator(folder, systemRandom, operator === "founder" ? founder : "operator");
  const notes = await serveNotes(path, boardApplication(founder));
  const headers = { authorization: `Bearer ${notes.key}`, "idempotency-key": "k" };
  await notes.ask("/v1/missions", { method: "POST", body: { agent: "writer", definition: DEFINITION }, headers });
  const asked = async () => (await notes.ask("/v1/approvals")).json["items"] as readonly JsonObject[];
  await until(notes, async () => (await asked()).length > 0);
  const [approval] = await asked();
  const key = await loadKeyFile(`${path}.root/approver.key`);
  const cast = async (person: string, signer: Signer = key) => {
    const jws = await signVote(signer, { ...(approval?.["vote"] as unknown as Vote), choice: "APPROVE" });
    const votes = `/v1/approvals/${approval?.["id"] as string}/votes`;
    return notes.ask(votes, { method: "POST", body: { person, jws } });
  };
  return { notes, founder, cast };
}

/** What the log says of calls. */
async function callEntries({ runtime }: ServedNotes): Promise<readonly string[]> {
  const entries = (await logOf(runtime)).filter(({ entry }) => entry.stream.includes("/call/"));
  return entries.map(({ entry }) => `${entry.stream} ${entry.type}`);
}

async function expectRefused(
  notes: ServedNotes,
  act: () => Promise<{ readonly status: number; readonly json: JsonObject }>,
  expected: readonly [status: number, code: string],
): Promise<void> {
  const before = await callEntries(notes);
  const { status, json } = await act();
  expect([status, json["code"]]).toEqual(expected);
  expect(await callEntries(notes)).toEqual(before);
  expect(notesIn(notes.folder)).toEqual([]);
}

describe("a vote over HTTP", () => {
  it("of whoever launched the mission is refused, whatever seat they hold", async () => {
    using scratch = scratchFolder();
    const { notes, founder, cast } = await servedBoard(scratch.at("data"), "founder");
    await expectRefused(notes, () => cast(founder), [403, "mission/vote_own_mission"]);
    await notes.close();
  });

  it("is refused a second time, from a stranger, and under another's name; nothing is lost by it", async () => {
    using scratch = scratchFolder();
    const { notes, founder, cast } = await servedBoard(scratch.at("data"), "operator");
    await createKeyFile(scratch.at("stranger.key"), systemRandom);
    const stranger = await loadKeyFile(scratch.at("stranger.key"));
    await expectRefused(notes, () => cast("bo"), [403, "mission/vote_unknown_approver"]);
    await expectRefused(notes, () => cast(founder, stranger), [403, "mission/vote_forged"]);
    expect(await cast(founder)).toMatchObject({ status: 201, json: { outcome: "counted" } });
    await expectRefused(notes, () => cast(founder), [409, "mission/vote_already_cast"]);
    expect((await notes.ask("/v1/approvals")).json["items"]).toMatchObject([{ votes: [{ person: founder }] }]);
    await notes.close();
  });
});

describe("`aura approve`", () => {
  it("signs nothing when the text that is shown is not the one that would be signed", async () => {
    using scratch = scratchFolder();
    const notes = await serveNotes(scratch.at("data"), askingApplication(["pay 100.00"]));
    const headers = { authorization: `Bearer ${notes.key}`, "idempotency-key": "k" };
    await notes.ask("/v1/missions", { method: "POST", body: { agent: "writer", definition: DEFINITION }, headers });
    await until(notes, async () => (await notes.ask("/v1/approvals")).text.includes("pay 100.00"));
    const address = await findRuntimeFile(notes.folder);
    if (address === undefined) throw new Error("it is served");
    /** Somebody between the command line and the runtime, who changes one digit of what people see. */
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const url = new URL(request.url ?? "/", "http://between");
      const challenge = url.searchParams.get("challenge");
      const proof = { namespace: notes.runtime.identity.namespace, proof: commit(address.secret, challenge ?? "") };
      const text = challenge === null ? (await notes.ask(url.pathname)).text : JSON.stringify(proof);
      posted.push(...(request.method === "POST" ? [url.pathname] : []));
      response.setHeader("content-type", "application/json").end(text.replaceAll("100.00", "900.00"));
    };
    const between = createServer((request, response) => void answer(request, response));
    const posted: string[] = [];
    await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
    const { port } = between.address() as AddressInfo;
    await writeRuntimeFile(notes.folder, { ...address, url: `http://127.0.0.1:${port}` });
    const id = ((await notes.ask("/v1/approvals")).json["items"] as readonly JsonObject[])[0]?.["id"] as string;
    const { exitCode, err } = await aura(["approve", id, "--data", notes.folder.path, "--yes"]);
    expect([exitCode, err, posted]).toEqual([3, expect.stringContaining("runtime/shown_foreign"), []]);
    between.close();
    await notes.close();
  });
});
