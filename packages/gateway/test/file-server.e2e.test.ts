import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Find } from "@aura/mission";
import { describe, expect, it } from "vitest";
import {
  aGateway,
  aRegistration,
  aScratchFolder,
  aSending,
  callNow,
  filesUpstream,
  sendNow,
} from "./support/builders.ts";

const FIND: Find = {
  tool: "read_text_file",
  arguments: { path: { from: "/path" } },
  equals: { from: "/content" },
  findAfterMs: 0,
};
const REGISTERED = [
  aRegistration({ name: "read_text_file", upstream: "files" }),
  aRegistration({ name: "write_file", upstream: "files", class: "write", find: FIND }),
];

function aFolder(): string {
  const folder = aScratchFolder();
  mkdirSync(join(folder, "reports"));
  writeFileSync(join(folder, "note.txt"), "a note");
  return folder;
}

describe("the reference file server behind the gateway", () => {
  it("writes once, is found to have written, and says what an agent reads", async () => {
    const folder = aFolder();
    const gateway = aGateway(REGISTERED, filesUpstream(folder));
    const args = { path: "reports/eur.txt", content: "42.00 EUR" };
    const tool = (await gateway.catalogue.find("write_file"))!;
    expect(await gateway.broker.find(aSending({ tool, arguments: args }))).toEqual({ kind: "absent" });
    const sent = await sendNow(gateway, "write_file", { arguments: args });
    expect(sent).toMatchObject({
      kind: "succeeded",
      result: { content: [{ type: "text", text: "Successfully wrote to reports/eur.txt" }], structuredContent: {} },
    });
    expect(readFileSync(join(folder, "reports/eur.txt"), "utf8")).toBe("42.00 EUR");
    expect(await gateway.broker.find(aSending({ tool, arguments: args }))).toMatchObject({
      kind: "happened",
      result: { content: [{ type: "text", text: "42.00 EUR" }] },
    });
    const other = { ...args, content: "43.00 EUR" };
    expect(await gateway.broker.find(aSending({ tool, arguments: other }))).toEqual({ kind: "absent" });
  });

  it("finds that it moved a file by the destination that is there, and that it did not by the one that is not", async () => {
    const folder = aFolder();
    const find: Find = { tool: "get_file_info", arguments: { path: { from: "/destination" } }, findAfterMs: 0 };
    const moves = aRegistration({ name: "move_file", upstream: "files", class: "irreversible", find });
    const gateway = aGateway(
      [...REGISTERED, aRegistration({ name: "get_file_info", upstream: "files" }), moves],
      filesUpstream(folder),
    );
    const sending = aSending({
      tool: (await gateway.catalogue.find("move_file"))!,
      arguments: { source: "note.txt", destination: "undone/note.txt" },
    });
    expect(await gateway.broker.find(sending)).toEqual({ kind: "absent" });
    mkdirSync(join(folder, "undone"));
    expect(await gateway.broker.find(sending)).toEqual({ kind: "absent" });
    renameSync(join(folder, "note.txt"), join(folder, "undone/note.txt"));
    expect(await gateway.broker.find(sending)).toMatchObject({ kind: "happened" });
    await gateway.close();
    expect(await gateway.broker.find(sending)).toMatchObject({ kind: "undecided" });
  });

  it.each([
    ["its own folder", (folder: string) => folder],
    ["any other", () => "/"],
  ])("takes relative paths for paths in the folder it serves when it is started in %s", async (_, cwd) => {
    const folder = aFolder();
    const answer = await callNow(filesUpstream(folder, { cwd: cwd(folder) }), "read_text_file", { path: "note.txt" });
    expect(answer).toMatchObject({ kind: "result", result: { content: [{ type: "text", text: "a note" }] } });
  });

  it("fails to read what is outside of its folder, and what is not there, and says so", async () => {
    const gateway = aGateway(REGISTERED, filesUpstream(aFolder()));
    for (const path of ["../outside.txt", "/etc/hostname", "missing.txt"]) {
      const sent = await sendNow(gateway, "read_text_file", { arguments: { path } });
      expect(sent).toMatchObject({ kind: "failed", code: "gateway/tool_failed" });
    }
  });

  it("has the same digest in every process that starts it", async () => {
    const [one, other] = [
      aGateway(REGISTERED, filesUpstream(aFolder())),
      aGateway(REGISTERED, filesUpstream(aFolder())),
    ];
    const [tool, same] = await Promise.all([one.catalogue.find("write_file"), other.catalogue.find("write_file")]);
    expect(tool?.digest).toBe(same?.digest);
    expect(tool).toMatchObject({ name: "write_file", class: "write", inputSchema: { type: "object" } });
  });

  it("is gone when the gateway is closed, and nothing can be sent any more", async () => {
    const gateway = aGateway(REGISTERED, filesUpstream(aFolder()));
    const tool = (await gateway.catalogue.find("read_text_file"))!;
    await gateway.close();
    expect(await gateway.broker.send(aSending({ tool }))).toMatchObject({
      kind: "not_sent",
      code: "gateway/upstream_unavailable",
    });
    await expect(gateway.catalogue.find("read_text_file")).rejects.toMatchObject({
      code: "gateway/upstream_unavailable",
    });
  });

  it("of which nothing is registered offers nothing", async () => {
    const gateway = aGateway([aRegistration({ name: "no_such_tool", upstream: "files" })], filesUpstream(aFolder()));
    expect(await gateway.catalogue.find("write_file")).toBeUndefined();
    expect(await gateway.catalogue.find("no_such_tool")).toBeUndefined();
  });
});
