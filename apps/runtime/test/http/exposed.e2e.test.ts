import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { PAGE_HEADERS } from "../../src/http/page.ts";
import { EXIT } from "../../src/cli/exit-code.ts";
import { aura, scratchFolder } from "../in-process.ts";
import { noteApplication } from "../note-application.ts";
import { DEFINITION, serveNotes } from "./served.ts";
import type { ServedNotes } from "./served.ts";

/** A key and a certificate over it, by itself. */
function certificate(folder: string, name: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = [`${folder}/${name}.pem`, `${folder}/${name}.key`];
  const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const named = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert];
  execFileSync("openssl", [...made, ...named], { stdio: "ignore" });
  return { cert, key };
}

interface Asked {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks with headers of our own, the Host among them, which `fetch` does not let anybody set. */
async function ask(
  notes: ServedNotes,
  path: string,
  { headers, body, ca }: { headers?: Record<string, string>; body?: string; ca?: Buffer } = {},
): Promise<Asked> {
  const url = new URL(path, notes.served.url);
  const options = { method: body === undefined ? "GET" : "POST", headers: { connection: "close", ...headers } };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent =
      url.protocol === "https:" ? httpsRequest(url, { ...options, ca }, resolve) : httpRequest(url, options, resolve);
    sent.on("error", reject);
    sent.end(body);
  });
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

describe("a runtime with TLS of its own", () => {
  it("speaks with who trusts its certificate; the command line trusts that one and no other", async () => {
    using scratch = scratchFolder();
    const tls = certificate(scratch.path, "ours");
    const notes = await serveNotes(scratch.at("data"), noteApplication([]), { tls });
    expect(notes.served.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const authorization = `Bearer ${notes.key}`;
    const known = await ask(notes, "/v1/now", { ca: readFileSync(tls.cert), headers: { authorization } });
    expect(known.status).toBe(200);
    await expect(ask(notes, "/v1/now", { headers: { authorization } })).rejects.toThrow(/self-signed/);
    expect(await notes.served.pageUrl()).toMatch(/^https:/);

    const missions = ["missions", "--data", notes.folder.path];
    expect(await aura(missions)).toMatchObject({ exitCode: EXIT.DONE, err: "" });
    const address = readFileSync(notes.folder.runtime, "utf8");
    const { cert } = certificate(scratch.path, "theirs");
    writeFileSync(notes.folder.runtime, address.replace(tls.cert, cert));
    expect(await aura(missions)).toMatchObject({ exitCode: EXIT.LOCKED, err: expect.stringContaining("store/locked") });
    await notes.close();
  });

  it("gives the page a cookie that travels over TLS only", async () => {
    using scratch = scratchFolder();
    const tls = certificate(scratch.path, "ours");
    const notes = await serveNotes(scratch.at("data"), noteApplication([]), { tls });
    const code = new URL(await notes.served.pageUrl()).hash.slice("#code=".length);
    const headers = { "x-aura-page": "1", origin: notes.served.url, "content-type": "application/json" };
    const opened = await ask(notes, "/v1/session", {
      ca: readFileSync(tls.cert),
      headers,
      body: JSON.stringify({ code }),
    });
    expect([opened.status, opened.headers["set-cookie"]]).toEqual([
      201,
      [expect.stringMatching(/; SameSite=Strict; Secure$/)],
    ]);
    await notes.close();
  });
});

describe("a runtime behind a proxy", () => {
  it("answers to its public name and its own, takes the page's origin there, and to no other name", async () => {
    using scratch = scratchFolder();
    const publicUrl = "https://aura.example.com";
    const notes = await serveNotes(scratch.at("data"), noteApplication([]), { behindProxy: true, publicUrl });
    const host = (name: string) => ask(notes, "/v1/health", { headers: { host: name } });
    expect((await host("aura.example.com")).status).toBe(200);
    expect((await host(`127.0.0.1:${notes.served.port}`)).status).toBe(200);
    expect(await host("evil.example.com")).toMatchObject({
      status: 421,
      body: expect.stringContaining("http/host_refused"),
    });
    const page = new URL(await notes.served.pageUrl());
    expect(page.origin).toBe(publicUrl);
    const body = JSON.stringify({ code: page.hash.slice("#code=".length) });
    const headers = { host: "aura.example.com", "x-aura-page": "1", "content-type": "application/json" };
    const from = (origin: string) => ask(notes, "/v1/session", { headers: { ...headers, origin }, body });
    expect(await from("https://evil.example.com")).toMatchObject({ status: 403 });
    const opened = await from(publicUrl);
    expect([opened.status, opened.headers["set-cookie"]]).toEqual([201, [expect.stringMatching(/; Secure$/)]]);
    await notes.close();
  });
});

describe("the page's folder", () => {
  it("is served under a policy that loads nothing from elsewhere; only what never changes is kept", async () => {
    using scratch = scratchFolder();
    const page = scratch.at("page");
    mkdirSync(`${page}/assets`, { recursive: true });
    writeFileSync(`${page}/index.html`, "<!doctype html><script type=module src=/assets/app-1.js></script>");
    writeFileSync(`${page}/assets/app-1.js`, "1;");
    writeFileSync(`${page}/.secret`, "hush");
    const notes = await serveNotes(scratch.at("data"), noteApplication([]), { page });
    const [index, script] = [await ask(notes, "/"), await ask(notes, "/assets/app-1.js")];
    for (const { status, headers } of [index, script]) {
      expect(status).toBe(200);
      expect(headers).toMatchObject(PAGE_HEADERS);
    }
    expect(index.headers).toMatchObject({
      "content-type": expect.stringContaining("text/html"),
      "cache-control": "no-cache",
    });
    expect(script.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(PAGE_HEADERS["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
    );
    for (const path of ["/.secret", "/%2e%2e/data/operator.key", "/assets", "/missions"]) {
      const { status, body } = await ask(notes, path);
      expect([path, status, body]).toEqual([path, 404, expect.stringContaining("http/route_unknown")]);
    }
    const answer = await ask(notes, "/v1/now", { headers: { authorization: `Bearer ${notes.key}` } });
    expect(answer.headers["cache-control"]).toBe("no-store");
    await notes.close();
  });
});

describe("a request that does not end", () => {
  it("is answered as a problem when its time is over, and its connection is closed", async () => {
    using scratch = scratchFolder();
    const notes = await serveNotes(scratch.at("data"), noteApplication([]), { requestTimeoutMs: 1 });
    const socket = connect(notes.served.port, "127.0.0.1");
    const body = JSON.stringify({ agent: "writer", definition: DEFINITION });
    const head = `Host: 127.0.0.1:${notes.served.port}\r\nAuthorization: Bearer ${notes.key}\r\nIdempotency-Key: k\r\n`;
    const typed = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    socket.write(`POST /v1/missions HTTP/1.1\r\n${head}${typed}${body.slice(0, -1)}`);
    const answer = await text(socket);
    expect(answer).toContain("HTTP/1.1 408 ");
    expect(answer).toContain('"code":"http/request_timeout"');
    expect(await notes.runtime.store.rows(notes.runtime.context, "mission")).toEqual([]);
    await notes.close();
  });
});
