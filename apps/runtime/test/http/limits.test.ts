import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestMalformed } from "../../src/http/http-error.ts";
import { isLoopback, parseListen, refuseExposed } from "../../src/http/listen-address.ts";
import { REFUSALS_BURST_MAX, STREAMS_MAX } from "../../src/http/limits.ts";
import { loadOperators } from "../../src/http/operators.ts";
import { serve } from "../../src/http/serve.ts";
import { TokenBucket } from "../../src/http/token-bucket.ts";
import { aura, scratchFolder } from "../in-process.ts";
import { noteApplication } from "../note-application.ts";
import { serveNotes } from "./served.ts";
import type { ServedNotes } from "./served.ts";

const scratch = scratchFolder();
let notes: ServedNotes;
beforeAll(async () => {
  const broken = () => Promise.reject(new Error("the ledger /secret/path is gone"));
  const demo = { view: broken, play: async () => undefined, kill: () => undefined };
  notes = await serveNotes(scratch.at("data"), noteApplication([]), { demo });
});
afterAll(async () => {
  await notes.close();
  scratch[Symbol.dispose]();
});

describe("the server", () => {
  it("tells nobody outside what it did not expect, but an id to find it by", async () => {
    const { status, json, text } = await notes.ask("/v1/demo");
    expect([status, json["code"]]).toEqual([500, "runtime/internal"]);
    expect(text).not.toContain("secret");
    expect(notes.troubles).toMatchObject([{ message: "the ledger /secret/path is gone" }]);
  });

  it("refuses one more client of the event stream than there may be, and takes one when one left", async () => {
    const stop = new AbortController();
    const headers = { authorization: `Bearer ${notes.key}` };
    const follow = () => fetch(`${notes.served.url}/v1/events`, { headers, signal: stop.signal });
    const open = await Promise.all(Array.from({ length: STREAMS_MAX }, follow));
    expect(new Set(open.map(({ status }) => status))).toEqual(new Set([200]));
    const { status, json } = await notes.ask("/v1/events");
    expect([status, json["code"]]).toEqual([503, "http/too_many_streams"]);
    stop.abort();
  });

  it("slows down who guesses keys, and never who has one", async () => {
    const guess = () => notes.ask("/v1/now", { headers: { authorization: "Bearer aura-operator-guess" } });
    const codes = new Set<unknown>();
    for (let tries = 0; tries < REFUSALS_BURST_MAX * 2; tries += 1) codes.add((await guess()).json["code"]);
    expect(codes).toEqual(new Set(["http/unauthenticated", "http/too_many_requests"]));
    expect((await notes.ask("/v1/now")).status).toBe(200);
  });

  it("says that its address is taken", async () => {
    const listen = { host: "127.0.0.1", port: notes.served.port };
    const again = serve(notes.runtime, { listen, version: "0", trouble: () => undefined });
    await expect(again).rejects.toMatchObject({ code: "http/address_unusable" });
  });

  it.each([{}, { behindProxy: true }, { publicUrl: "https://a.example" }])(
    "opens no address to others in the clear or without a name, whoever asks for it: %j",
    async (exposure) => {
      const listen = { host: "0.0.0.0", port: 0 };
      const open = serve(notes.runtime, { listen, version: "0", trouble: () => undefined, ...exposure });
      await expect(open).rejects.toMatchObject({ code: "http/listener_refused" });
    },
  );

  it("names a request that does not end in time", () => {
    expect(requestMalformed("ERR_HTTP_REQUEST_TIMEOUT")).toMatchObject({ code: "http/request_timeout" });
  });
});

describe("an address to listen on", () => {
  it.each(["0.0.0.0:7411", "192.0.2.1:7411", "[::]:7411"])("%s needs TLS or a proxy, and a name", async (address) => {
    const listen = parseListen(address);
    const exposure = { tls: false, behindProxy: false, publicUrl: undefined };
    const refused = expect.objectContaining({ code: "http/listener_refused" });
    expect(() => refuseExposed(listen, exposure)).toThrow(refused);
    expect(() => refuseExposed(listen, { ...exposure, publicUrl: "https://a.example" })).toThrow(refused);
    expect(() => refuseExposed(listen, { ...exposure, tls: true })).toThrow(refused);
    refuseExposed(listen, { ...exposure, tls: true, publicUrl: "https://a.example" });
    refuseExposed(listen, { ...exposure, behindProxy: true, publicUrl: "https://a.example" });
    const args = ["start", "--app", "nowhere", "--data", scratch.at("other"), "--listen", address];
    expect(await aura(args)).toMatchObject({ exitCode: 3, err: expect.stringContaining("http/listener_refused") });
  });

  it.each([
    ["127.0.0.1", true],
    ["127.8.0.1", true],
    ["::1", true],
    ["localhost", true],
    ["0.0.0.0", false],
    ["::", false],
    ["127.0.0.1.evil.example", false],
  ])("%s is the loopback: %s", (host, is) => {
    expect(isLoopback(host)).toBe(is);
  });
});

describe("operators", () => {
  it("are not read from a file that is not understood", async () => {
    const operators = scratch.at("operators.json");
    writeFileSync(operators, '{"format":"aura-operators-1","operators":[{"person":"x"}]}');
    await expect(loadOperators({ operators })).rejects.toMatchObject({ code: "runtime/operators_foreign" });
  });
});

describe("a token bucket", () => {
  it("gives its burst, then what comes back", () => {
    const bucket = new TokenBucket({ burst: 2, perSecond: 1 }, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([
      { ok: true },
      { ok: true },
      { ok: false, retryAfterSeconds: 1 },
    ]);
    expect([bucket.take(1_000), bucket.take(1_000)]).toMatchObject([{ ok: true }, { ok: false }]);
  });
});
