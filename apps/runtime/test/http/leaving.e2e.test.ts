import { connect } from "node:net";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { spawnAura } from "../spawn-aura.ts";
import { scratchFolder } from "../in-process.ts";
import { noteApplication } from "../note-application.ts";
import { askingApplication, DEFINITION, serveNotes, until } from "./served.ts";

describe("a runtime that stops", () => {
  it("answers what it began, and refuses what comes on an open connection", async () => {
    using scratch = scratchFolder();
    const demo = Promise.withResolvers<{ scenes: []; ledger: []; without: [] }>();
    const asked = Promise.withResolvers<void>();
    const view = () => {
      asked.resolve();
      return demo.promise;
    };
    const desk = { view, play: async () => undefined, kill: () => undefined };
    const notes = await serveNotes(scratch.at("data"), noteApplication([]), { demo: desk });
    const socket = connect(notes.served.port, "127.0.0.1");
    const head = `Host: 127.0.0.1:${notes.served.port}\r\nAuthorization: Bearer ${notes.key}\r\n`;
    socket.write(`GET /v1/demo HTTP/1.1\r\n${head}\r\nGET /v1/now HTTP/1.1\r\n${head}`);
    await asked.promise;
    const closed = notes.close();
    socket.write("\r\n");
    demo.resolve({ scenes: [], ledger: [], without: [] });
    const answers = await text(socket);
    expect(answers).toContain('{"scenes":[],"ledger":[],"without":[]}');
    expect(answers).not.toContain('"missions"');
    expect(answers).toContain('"code":"http/stopping"');
    await closed;
    const refused = connect(notes.served.port, "127.0.0.1");
    expect(await once(refused, "error")).toMatchObject([{ code: "ECONNREFUSED" }]);
  });
});

describe("a call that is not there", () => {
  it("is named", async () => {
    using scratch = scratchFolder();
    const notes = await serveNotes(scratch.at("data"), askingApplication(["one"]));
    const headers = { authorization: `Bearer ${notes.key}`, "idempotency-key": "k" };
    const body = { agent: "writer", definition: DEFINITION };
    const { json } = await notes.ask("/v1/missions", { method: "POST", body, headers });
    const id = json["id"] as string;
    expect((await notes.ask(`/v1/missions/${id}/calls/9.9`)).json["code"]).toBe("runtime/call_unknown");
    await until(notes, async () => (await notes.ask("/v1/approvals")).text.includes(id));
    const { exitCode, out, err } = await spawnAura(["approve", `${id}.1.1`, "--data", notes.folder.path]);
    expect([exitCode, out, err]).toEqual([
      3,
      expect.stringContaining("add_note"),
      expect.stringContaining("runtime/nobody_to_ask"),
    ]);
    await notes.close();
  });
});
