import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { signVote } from "@aura/mission";
import type { Vote } from "@aura/mission";
import { hashText } from "@aura/trust";
import type { JsonObject } from "@aura/trust";
import { loadKeyFile } from "@aura/trust/key-file";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { createValidator } from "../../src/http/validation.ts";
import { aura, logOf, scratchFolder } from "../in-process.ts";
import { noteApplication, notesIn } from "../note-application.ts";
import { spawnAura } from "../spawn-aura.ts";
import { startAura } from "../start-aura.ts";
import { askingApplication, DEFINITION, serveNotes, until } from "./served.ts";
import type { ServedNotes } from "./served.ts";

const ORDER = { agent: "writer", definition: DEFINITION };
const validator = createValidator();

/** Launches a mission, once for each key. */
async function launch(notes: ServedNotes, key: string, body: object = ORDER) {
  const headers = { authorization: `Bearer ${notes.key}`, "idempotency-key": key };
  return notes.ask("/v1/missions", { method: "POST", body, headers });
}

async function stateOf(notes: ServedNotes, id: string): Promise<string> {
  return (await notes.ask(`/v1/missions/${id}`)).json["state"] as unknown as string;
}

/** An answer of the shape that /openapi.json promises for it. */
function expectShape(name: string, value: unknown): void {
  const is = validator.compile({ $ref: `${name}#` });
  expect([name, is(value), is.errors]).toEqual([name, true, null]);
}

describe("an approval over HTTP", () => {
  it("shows the exact action, refuses a vote on another, and the call is sent once after the right one", async () => {
    using scratch = scratchFolder();
    const notes = await serveNotes(scratch.at("data"), askingApplication(["pay 100.00"]));
    const { json: launched } = await launch(notes, "k1");
    const id = launched["id"] as unknown as string;
    const asked = async () => (await notes.ask("/v1/approvals")).json["items"] as readonly JsonObject[];
    await until(notes, async () => (await asked()).length > 0);
    const [approval] = await asked();
    expectShape("Approval", approval);
    expect(approval).toMatchObject({ mission: id, tool: "add_note", arguments: { text: "pay 100.00" }, level: "L2" });
    const shown = approval?.["shown"] as unknown as string;
    expect(shown).toContain("pay 100.00");

    const key = await loadKeyFile(join(`${notes.folder.path}.root`, "approver.key"));
    const { json: approvers } = await notes.ask("/v1/approvers");
    const [{ person }] = approvers["items"] as unknown as [{ person: string }];
    const vote = { ...(approval?.["vote"] as unknown as Vote), choice: "APPROVE" } as const;
    const votes = `/v1/approvals/${approval?.["id"] as string}/votes`;
    const cast = async (jws: string) => (await notes.ask(votes, { method: "POST", body: { person, jws } })).json;
    const other = { ...vote, shown: hashText(shown.replace("100.00", "900.00")) };
    expect(await cast(await signVote(key, other))).toMatchObject({ code: "mission/vote_mismatch", status: 409 });
    const right = await signVote(key, vote);
    const signatureAt = right.lastIndexOf(".") + 1;
    const changed = right[signatureAt] === "A" ? "B" : "A";
    expect(await cast(right.slice(0, signatureAt) + changed + right.slice(signatureAt + 1))).toMatchObject({
      code: expect.stringMatching(/vote_(forged|malformed)/),
    });
    expect(notesIn(notes.folder)).toEqual([]);

    const args = ["approve", approval?.["id"] as string, "--data", notes.folder.path];
    const refused = await aura([...args, "--json"]);
    expect([refused.exitCode, notesIn(notes.folder)]).toEqual([8, []]);
    const { exitCode, out } = await aura([...args], { confirm: async () => true });
    expect([exitCode, out]).toEqual([0, expect.stringContaining("Approved: it goes on.")]);
    await until(notes, async () => (await stateOf(notes, id)) === "CLOSED");
    expect(notesIn(notes.folder)).toEqual(["pay 100.00"]);
    const { json: call } = await notes.ask(`/v1/missions/${id}/calls/1.1`);
    expect(call).toMatchObject({ state: "succeeded", facts: { "approval.level": "L2" } });
    expect(await cast(right)).toMatchObject({ code: "mission/vote_not_waiting" });
    await notes.close();
  });

  it("ends with a rejection, and nothing is sent", async () => {
    using scratch = scratchFolder();
    const notes = await serveNotes(scratch.at("data"), askingApplication(["pay"]));
    const id = (await launch(notes, "k1")).json["id"] as unknown as string;
    await until(notes, async () => (await notes.ask("/v1/approvals")).text.includes(id));
    const { exitCode } = await aura(["approve", `${id}.1.1`, "--data", notes.folder.path, "--reject", "--yes"]);
    expect(exitCode).toBe(0);
    await until(notes, async () => (await stateOf(notes, id)) === "CLOSED");
    expect(notesIn(notes.folder)).toEqual([]);
    const call = (await notes.ask(`/v1/missions/${id}/calls/1.1`)).json;
    expectShape("Call", call);
    expect(call).toMatchObject({
      state: "denied",
      end: { kind: "denied", code: "mission/rejected" },
      facts: {
        "agent.id": "writer",
        "mission.authority": "L1",
        "time.day": expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      },
    });
    await notes.close();
  });
});

describe("a launch", () => {
  it("has the same answer for the same key, also from the next process, and none for another body", async () => {
    using scratch = scratchFolder();
    const application = noteApplication(["one"]);
    const first = await serveNotes(scratch.at("data"), application);
    const answers = await Promise.all([1, 2, 3].map(() => launch(first, "k1")));
    const [{ text }] = answers as [(typeof answers)[0]];
    expect(answers.map((answer) => [answer.status, answer.text])).toEqual([1, 2, 3].map(() => [201, text]));
    await until(first, async () => (await first.ask("/v1/missions?state=CLOSED")).text.includes("SUCCEEDED"));
    await first.close();

    const next = await serveNotes(scratch.at("data"), application);
    const again = await launch(next, "k1");
    expect([again.status, again.text]).toEqual([201, text]);
    const other = await launch(next, "k1", { ...ORDER, definition: { ...DEFINITION, objective: "Other." } });
    expect([other.status, other.json["code"]]).toEqual([409, "http/idempotency_conflict"]);
    expect((await next.ask("/v1/missions")).json["items"]).toHaveLength(1);
    expect(notesIn(next.folder)).toEqual(["one"]);
    await next.close();
  });

  it("of another person with the same key and body is another request", async () => {
    using scratch = scratchFolder();
    const notes = await serveNotes(scratch.at("data"), noteApplication([]));
    await aura(["operator", "add", "bo", "--out", scratch.at("bo.key"), "--data", notes.folder.path]);
    const bo = { ...notes, key: readFileSync(scratch.at("bo.key"), "utf8").trimEnd() };
    const ask = async (who: ServedNotes) => {
      const headers = { authorization: `Bearer ${who.key}`, "idempotency-key": "k1" };
      const { status, json } = await notes.ask("/v1/missions", { method: "POST", body: ORDER, headers });
      return [status, json["id"]] as const;
    };
    const [ours, theirs] = [await ask(notes), await ask(bo)];
    expect([ours[0], theirs[0], ours[1] === theirs[1]]).toEqual([201, 201, false]);
    expect([await ask(notes), await ask(bo)]).toEqual([ours, theirs]);
    expect((await notes.ask("/v1/missions")).json["items"]).toHaveLength(2);
    await notes.close();
  });

  it("names the person whose key it was, who may not approve it", async () => {
    using scratch = scratchFolder();
    const notes = await serveNotes(scratch.at("data"), noteApplication([]));
    const id = (await launch(notes, "k1")).json["id"] as unknown as string;
    const created = (await logOf(notes.runtime)).find(({ entry }) => entry.stream === `mission/${id}`);
    expect(created?.entry.actor).toEqual({ id: "operator", custody: "person" });
    await notes.close();
  });
});

describe("the page's session", () => {
  it("begins with a code that is good once, outlives the process, and writes only from the page itself", async () => {
    using scratch = scratchFolder();
    const first = await serveNotes(scratch.at("data"), noteApplication([]));
    const code = new URL(await first.served.pageUrl()).hash.slice("#code=".length);
    const page = (url: string) => ({ origin: url, "x-aura-page": "1" });
    const open = (headers: Record<string, string>) =>
      first.ask("/v1/session", { method: "POST", body: { code }, headers });
    expect((await open({})).json["code"]).toBe("http/cross_site");
    const opened = await open(page(first.served.url));
    expect(opened.status).toBe(201);
    const cookie = opened.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect((await open(page(first.served.url))).json["code"]).toBe("http/code_unknown");
    expect(readFileSync(first.folder.sessions, "utf8")).not.toContain(code);
    await first.close();

    const next = await serveNotes(scratch.at("data"), noteApplication([]));
    const session = { cookie: cookie.split(";")[0] ?? "" };
    expect((await next.ask("/v1/now", { headers: session })).status).toBe(200);
    const verify = (headers: object) =>
      next.ask("/v1/log/verify", { method: "POST", headers: { ...session, ...headers } });
    expect((await verify({})).json["code"]).toBe("http/cross_site");
    expect((await verify(page("http://evil.example"))).json["code"]).toBe("http/cross_site");
    expect((await verify(page(next.served.url))).json).toMatchObject({ ok: true });
    await next.close();
  });
});

describe("the event stream", () => {
  it("gives every entry once, goes on after the last one that a client saw, and ends when the server stops", async () => {
    using scratch = scratchFolder();
    const notes = await serveNotes(scratch.at("data"), noteApplication(["one"]));
    const headers = { authorization: `Bearer ${notes.key}` };
    const follow = async (path: string, more: object, count: number): Promise<readonly number[]> => {
      const stop = new AbortController();
      const response = await fetch(`${notes.served.url}${path}`, {
        headers: { ...headers, ...more },
        signal: stop.signal,
      });
      const seqs: number[] = [];
      let text = "";
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk as Uint8Array).toString();
        seqs.splice(0, seqs.length, ...[...text.matchAll(/^id: ([0-9]+)$/gm)].map(([, seq]) => Number(seq)));
        if (seqs.length >= count) break;
      }
      stop.abort();
      return seqs.slice(0, count);
    };
    expect(await follow("/v1/events?after=0", {}, 1)).toEqual([1]);
    const live = follow("/v1/events?after=1", {}, 6);
    await launch(notes, "k1");
    expect(await live).toEqual([2, 3, 4, 5, 6, 7]);
    expect(await follow("/v1/events?after=0", { "last-event-id": "4" }, 3)).toEqual([5, 6, 7]);
    const open = await fetch(`${notes.served.url}/v1/events`, { headers });
    const ended = open.text().catch(() => "cut");
    await notes.close();
    expect(await ended).toMatch(/^(retry: 1000|cut)/);
  });
});

describe("/openapi.json", () => {
  it("describes every route in OpenAPI 3.1, every reference leads somewhere, and answers are as it says", async () => {
    using scratch = scratchFolder();
    const notes = await serveNotes(scratch.at("data"), noteApplication(["one"]));
    const { json: document } = await notes.ask("/openapi.json", { headers: {} });
    const { openapi, paths, components } = document as unknown as OpenApi;
    expect(openapi).toBe("3.1.0");
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((one) => `${one} ${path}`),
    );
    expect(routes.toSorted()).toEqual(ROUTES);
    for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
      expect(operation).toMatchObject({ summary: expect.any(String), responses: { default: expect.any(Object) } });
    }
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name,
    );
    expect(references.filter((name) => components.schemas[name ?? ""] === undefined)).toEqual([]);
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
    ajv.addVocabulary(["components"]);
    ajv.addSchema({ $id: "https://aura.dev/openapi", components });
    for (const name of Object.keys(components.schemas))
      ajv.compile({ $ref: `https://aura.dev/openapi#/components/schemas/${name}` });

    const id = (await launch(notes, "k1")).json["id"] as unknown as string;
    await until(notes, async () => (await stateOf(notes, id)) === "CLOSED");
    expectShape("Mission", (await notes.ask(`/v1/missions/${id}`)).json);
    expectShape("Call", (await notes.ask(`/v1/missions/${id}/calls/1.1`)).json);
    expectShape("Now", (await notes.ask("/v1/now")).json);
    expectShape("Health", (await notes.ask("/v1/health", { headers: {} })).json);
    for (const item of (await notes.ask("/v1/missions")).json["items"] as readonly unknown[])
      expectShape("MissionSummary", item);
    for (const item of (await notes.ask("/v1/log?limit=1000")).json["items"] as readonly unknown[])
      expectShape("LoggedEntry", item);
    for (const item of (await notes.ask("/v1/approvers")).json["items"] as readonly unknown[])
      expectShape("Approver", item);
    expect((await notes.ask("/v1/rules")).json).toMatchObject({ rules: notes.runtime.application.release.rules });
    await notes.close();
  });
});

describe("a runtime as a process", () => {
  it("ends with 0 on SIGTERM though somebody follows it, and takes its address away", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await spawnAura(["init", "--data", data]);
    using started = await startAura(data);
    const key = readFileSync(join(data, "operator.key"), "utf8").trimEnd();
    const response = await fetch(`${started.url}/v1/events`, { headers: { authorization: `Bearer ${key}` } });
    started.kill("SIGTERM");
    expect(await started.ended).toEqual([0, null]);
    await response.text().catch(() => "cut");
    expect(existsSync(join(data, "runtime.json"))).toBe(false);
  });

  it("is spoken with by the command line, and once it was killed the command line opens the folder", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await spawnAura(["init", "--data", data]);
    using started = await startAura(data);
    const revoke = ["revoke", "agent", "keeper", "--data", data, "--reason", "lost"];
    expect(await spawnAura(revoke)).toMatchObject({ exitCode: 0, err: "" });
    started.kill("SIGKILL");
    await started.ended;
    expect(existsSync(join(data, "runtime.json"))).toBe(true);
    expect(await spawnAura(revoke)).toMatchObject({ exitCode: 0, err: "" });
    const { exitCode, err } = await spawnAura(["page", "--data", data]);
    expect([exitCode, err]).toEqual([3, expect.stringContaining("runtime/not_running")]);
  });
});

interface OpenApi {
  readonly openapi: string;
  readonly paths: { readonly [path: string]: { readonly [method: string]: object } };
  readonly components: { readonly schemas: { readonly [name: string]: object } };
}

const ROUTES = [
  "delete /v1/session",
  "get /v1/approvals",
  "get /v1/approvals/{id}",
  "get /v1/approvers",
  "get /v1/demo",
  "get /v1/events",
  "get /v1/health",
  "get /v1/health/proof",
  "get /v1/log",
  "get /v1/log/checkpoint",
  "get /v1/log/export",
  "get /v1/missions",
  "get /v1/missions/{id}",
  "get /v1/missions/{id}/calls/{key}",
  "get /v1/missions/{id}/receipt",
  "get /v1/now",
  "get /v1/rules",
  "get /v1/session",
  "post /v1/agents/{name}/revoke",
  "post /v1/approvals/{id}/votes",
  "post /v1/approvers",
  "post /v1/approvers/{code}/confirm",
  "post /v1/approvers/{kid}/revoke",
  "post /v1/demo/kill",
  "post /v1/demo/scenes/{n}",
  "post /v1/log/verify",
  "post /v1/missions",
  "post /v1/missions/{id}/calls/{key}/resolve",
  "post /v1/missions/{id}/stop",
  "post /v1/session",
  "post /v1/session/codes",
  "post /v1/stop",
];
