import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startRegistry } from "../rehearsal/registry.ts";
import type { Registry } from "../rehearsal/registry.ts";

const TARBALL = Buffer.from("a tarball");

let registry: Registry;

beforeEach(async () => {
  registry = await startRegistry();
});

afterEach(async () => registry.close());

it("gives back what was published, to the byte", async () => {
  expect(await publish("1.0.0")).toBe(201);
  const packument = (await (await fetch(`${registry.url}@aura%2ftrust`)).json()) as ReturnType<Registry["packument"]>;
  expect(packument?.["dist-tags"]).toEqual({ latest: "1.0.0" });
  const tarball = await fetch(packument?.versions["1.0.0"]?.dist.tarball ?? "");
  expect(Buffer.from(await tarball.arrayBuffer())).toEqual(TARBALL);
  expect(registry.published).toEqual(["@aura/trust@1.0.0"]);
});

it("publishes a version once, and says so in npm's words", async () => {
  await publish("1.0.0");
  expect(await publish("1.0.0")).toBe(403);
  expect(await publish("1.0.1")).toBe(201);
});

it("takes nothing without a token, nor with the token of another package", async () => {
  expect(await publish("1.0.0", { token: "guessed" })).toBe(401);
  expect(await publish("1.0.0", { token: await tokenFor("@aura/store") })).toBe(401);
  expect(registry.packument("@aura/trust")).toBeUndefined();
});

it("gives a token for the identity that it believes, and for no other", async () => {
  const exchange = `${registry.url}-/npm/v1/oidc/token/exchange/package/@aura%2ftrust`;
  expect((await fetch(exchange, { method: "POST", headers: { authorization: "Bearer forged" } })).status).toBe(401);
  expect(registry.exchanged.size).toBe(0);
});

it("refuses a tarball that is not what its integrity says", async () => {
  expect(await publish("1.0.0", { integrity: "sha512-other" })).toBe(400);
});

it("knows its scope alone, and remembers who asked for more", async () => {
  expect((await fetch(`${registry.url}react`)).status).toBe(404);
  expect(registry.foreign).toEqual(["GET react"]);
});

it("fails after so many publications, and goes on when it is told to", async () => {
  registry.failAfter(1);
  expect(await publish("1.0.0")).toBe(201);
  expect(await publish("1.0.1")).toBe(503);
  registry.failAfter(undefined);
  expect(await publish("1.0.1")).toBe(201);
});

async function publish(version: string, override: { token?: string; integrity?: string } = {}): Promise<number> {
  const name = "@aura/trust";
  const integrity = override.integrity ?? `sha512-${createHash("sha512").update(TARBALL).digest("base64")}`;
  const { status } = await fetch(`${registry.url}@aura%2ftrust`, {
    method: "PUT",
    headers: { authorization: `Bearer ${override.token ?? (await tokenFor(name))}` },
    body: JSON.stringify({
      name,
      "dist-tags": { latest: version },
      versions: { [version]: { name, version, dist: { integrity, tarball: "elsewhere" } } },
      _attachments: { "a.tgz": { data: TARBALL.toString("base64") } },
    }),
  });
  return status;
}

async function tokenFor(name: string): Promise<string> {
  const { value } = (await (await fetch(registry.identityUrl)).json()) as { readonly value: string };
  const exchange = `${registry.url}-/npm/v1/oidc/token/exchange/package/${encodeURIComponent(name)}`;
  const answer = await fetch(exchange, { method: "POST", headers: { authorization: `Bearer ${value}` } });
  return ((await answer.json()) as { readonly token: string }).token;
}
