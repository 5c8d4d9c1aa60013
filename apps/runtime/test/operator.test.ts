import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { systemRandom } from "@aura/trust";
import { describe, expect, it } from "vitest";
import { dataFolder } from "../src/data-folder.ts";
import { addOperator, findOperator, loadOperators, removeOperator } from "../src/http/operators.ts";
import { aura, scratchFolder } from "./in-process.ts";
import { serveNotes } from "./http/served.ts";
import { noteApplication } from "./note-application.ts";

const keyIn = (path: string): string => readFileSync(path, "utf8").trimEnd();

describe("`aura operator`", () => {
  it("lets a person in and out again while the runtime runs, by key and by page", async () => {
    using scratch = scratchFolder();
    const notes = await serveNotes(scratch.at("data"), noteApplication([]));
    const operator = (...args: string[]) => aura(["operator", ...args, "--data", notes.folder.path]);
    expect(await operator("add", "ana", "--out", scratch.at("ana.key"))).toMatchObject({ exitCode: 0, err: "" });
    expect(statSync(scratch.at("ana.key")).mode & 0o777).toBe(0o600);
    const key = keyIn(scratch.at("ana.key"));
    const now = async (headers: Record<string, string>) => (await notes.ask("/v1/now", { headers })).status;
    expect(await now({ authorization: `Bearer ${key}` })).toBe(200);
    expect(readFileSync(notes.folder.operators, "utf8")).not.toContain(key);

    const code = new URL(await notes.served.pageUrl("ana")).hash.slice("#code=".length);
    const page = { origin: notes.served.url, "x-aura-page": "1" };
    const opened = await notes.ask("/v1/session", { method: "POST", body: { code }, headers: page });
    const cookie = opened.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect(await now({ cookie })).toBe(200);
    const { out } = await operator("list");
    expect(out).toMatch(/^operator {2}[\w-]{43}\nana {2}[\w-]{43}\n$/);
    expect(out).not.toContain(key);

    expect(await operator("remove", "ana")).toMatchObject({ exitCode: 0, out: expect.stringContaining("1 key(s)") });
    expect([await now({ authorization: `Bearer ${key}` }), await now({ cookie })]).toEqual([401, 401]);
    expect(await now({ authorization: `Bearer ${notes.key}` })).toBe(200);
    await notes.close();
  });

  it("takes back the last key, and gives one again", async () => {
    using scratch = scratchFolder();
    const data = ["--data", scratch.at("data")];
    await aura(["init", ...data, "--operator", "ana"]);
    expect(await aura(["operator", "remove", "ana", ...data])).toMatchObject({ exitCode: 0 });
    expect(await aura(["operator", "list", ...data])).toMatchObject({ out: expect.stringContaining("Nobody") });
    expect(await aura(["operator", "add", "ana", "--out", scratch.at("k"), ...data])).toMatchObject({ exitCode: 0 });
    expect(await aura(["operator", "list", ...data, "--json"])).toMatchObject({
      out: expect.stringContaining('"ana"'),
    });
  });

  it("loses nothing when several change at once, and leaves no claim behind", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await aura(["init", "--data", data, "--operator", "ana"]);
    const persons = ["bo", "cy", "di", "eve"];
    const ends = await Promise.all([
      ...persons.map((person) => aura(["operator", "add", person, "--out", scratch.at(person), "--data", data])),
      aura(["operator", "remove", "ana", "--data", data]),
    ]);
    expect(ends.map(({ exitCode, err }) => [exitCode, err])).toEqual(ends.map(() => [0, ""]));
    const folder = dataFolder(data);
    const operators = await loadOperators(folder);
    expect(operators.map(({ person }) => person).toSorted()).toEqual(persons);
    for (const person of persons) expect(findOperator(operators, keyIn(scratch.at(person)))?.person).toBe(person);
    expect(existsSync(`${folder.operators}.lock`)).toBe(false);
  });

  it("changes nothing while another change is under way: runtime/operators_busy", async () => {
    using scratch = scratchFolder();
    const folder = dataFolder(scratch.at("data"));
    await aura(["init", "--data", folder.path]);
    const before = readFileSync(folder.operators, "utf8");
    writeFileSync(`${folder.operators}.lock`, "");
    const adding = addOperator(folder, { random: systemRandom, person: "bo", keyFile: scratch.at("bo.key") });
    await expect(adding).rejects.toMatchObject({ code: "runtime/operators_busy" });
    await expect(removeOperator(folder, "operator")).rejects.toMatchObject({ code: "runtime/operators_busy" });
    expect([existsSync(scratch.at("bo.key")), readFileSync(folder.operators, "utf8")]).toEqual([false, before]);
  });

  it("refuses what it cannot do, and changes nothing", async () => {
    using scratch = scratchFolder();
    const data = scratch.at("data");
    await aura(["init", "--data", data]);
    writeFileSync(scratch.at("there"), "a text");
    const before = readFileSync(`${data}/operators.json`, "utf8");
    const refused = async (...args: string[]) => (await aura(["operator", ...args, "--data", data])).err;
    expect(await refused("remove", "bo")).toContain("runtime/operator_unknown");
    expect(await refused("add", "Bo Smith", "--out", scratch.at("k"))).toContain("runtime/usage");
    expect(await refused("add", "bo")).toContain("runtime/usage");
    expect(await refused("rename", "bo")).toContain("runtime/usage");
    expect(await refused("add", "bo", "--out", scratch.at("there"))).toContain("runtime/output_refused");
    expect(await refused("add", "bo", "--out", `${data}/bo.key`)).toContain("runtime/output_refused");
    expect(await refused("add", "bo", "--out", `${data}.root/bo.key`)).toContain("runtime/output_refused");
    expect([readFileSync(scratch.at("there"), "utf8"), readFileSync(`${data}/operators.json`, "utf8")]).toEqual([
      "a text",
      before,
    ]);
    expect((await aura(["operator", "list", "--data", scratch.at("none")])).err).toContain("runtime/not_founded");
  });
});

describe("the page's address", () => {
  it("stands for the person whom the founding named as operator, so that nobody approves what they launched themselves", async () => {
    using scratch = scratchFolder();
    await aura(["init", "--data", scratch.at("data"), "--operator", "ana"]);
    const notes = await serveNotes(scratch.at("data"), noteApplication([]));
    const code = new URL(await notes.served.pageUrl()).hash.slice("#code=".length);
    const page = { origin: notes.served.url, "x-aura-page": "1" };
    const { json } = await notes.ask("/v1/session", { method: "POST", body: { code }, headers: page });
    expect(json).toMatchObject({ person: "ana" });
    await notes.close();
  });
});
