import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A published manifest, as far as the rehearsal reads it. */
export interface PublishedManifest {
  readonly name: string;
  readonly version: string;
  readonly repository?: { readonly url: string; readonly directory: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly dist: { readonly tarball: string; readonly integrity: string };
}

/** What one package's page of the registry says. */
export interface Packument {
  readonly name: string;
  readonly "dist-tags": Record<string, string>;
  readonly versions: Record<string, PublishedManifest>;
  readonly time: Record<string, string>;
}

/** What a client sends to publish one version: the manifest, and the tarball in base64. */
interface Publication {
  readonly name: string;
  readonly "dist-tags": Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, PublishedManifest>>;
  readonly _attachments: Readonly<Record<string, { readonly data: string }>>;
}

export interface Registry {
  /** With a slash at its end. */
  readonly url: string;
  /** Where a workflow's identity is given, as its runner would. */
  readonly identityUrl: string;
  /** The packages for which a workflow's identity was exchanged for a token. */
  readonly exchanged: ReadonlySet<string>;
  /** What was asked for and is not of the scope. A rehearsal that is set up rightly leaves it empty. */
  readonly foreign: readonly string[];
  /** "name@version" of what was published, oldest first. */
  readonly published: readonly string[];
  packument(name: string): Packument | undefined;
  tarball(name: string, version: string): Buffer | undefined;
  /** After so many more publications every one fails as in an outage. `undefined`: none fails. */
  failAfter(publications: number | undefined): void;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 64 * 1024 * 1024;
const SCOPE = "@aura/";
/** The identity that a workflow's runner vouches for, and where it is asked for it; the registry believes this one. */
const WORKFLOW_IDENTITY = "rehearsed-identity";
const IDENTITY_PATH = "-/identity";

/**
 * The part of the npm registry's protocol that publishing and installing need, on 127.0.0.1 and in memory: packument,
 * tarball, PUT of a new version, exchange of a workflow's identity for a token. It knows the scope `@aura` and forwards nothing.
 * A version is published once (403 after that), and only with a token that a workflow's identity was exchanged for (401 without).
 */
export async function startRegistry(): Promise<Registry> {
  const packages = new Map<string, Packument>();
  const tarballs = new Map<string, Buffer>();
  const tokens = new Map<string, string>();
  const exchanged = new Set<string>();
  const foreign: string[] = [];
  const published: string[] = [];
  let publicationsLeft: number | undefined;
  let url = "";

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => reply(response, 500, { error: String(error) }));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/").slice(1);
    const exchange = /^-\/npm\/v1\/oidc\/token\/exchange\/package\/(.+)$/.exec(path)?.[1];
    if (exchange !== undefined) return giveToken(exchange, request, response);
    // What a workflow's runner answers to a job with `id-token: write`.
    if (path === IDENTITY_PATH) return reply(response, 200, { value: WORKFLOW_IDENTITY });
    if (!path.startsWith(SCOPE)) {
      foreign.push(`${request.method} ${path}`);
      return reply(response, 404, { error: "not found" });
    }
    if (request.method === "PUT") return publish(path, request, response);
    const bytes = tarballs.get(path);
    if (bytes !== undefined)
      return void response.writeHead(200, { "content-type": "application/octet-stream" }).end(bytes);
    const packument = packages.get(path);
    reply(response, packument === undefined ? 404 : 200, packument ?? { error: "not found" });
  }

  function giveToken(name: string, request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.authorization !== `Bearer ${WORKFLOW_IDENTITY}`)
      return reply(response, 401, { error: "unknown identity" });
    const own = randomBytes(16).toString("hex");
    tokens.set(own, name);
    exchanged.add(name);
    reply(response, 201, { token: own });
  }

  async function publish(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const publication = JSON.parse((await bodyOf(request)).toString()) as Publication;
    const shown = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if (tokens.get(shown) !== name) return reply(response, 401, { error: "a token for this package is needed" });
    if (publicationsLeft === 0) return reply(response, 503, { error: "the registry is out of order" });
    const [version = "", manifest] = Object.entries(publication.versions)[0] ?? [];
    const [data] = Object.values(publication._attachments);
    if (manifest === undefined || data === undefined)
      return reply(response, 400, { error: "no version or no tarball" });
    const known = packages.get(name) ?? { name, "dist-tags": {}, versions: {}, time: {} };
    if (known.versions[version] !== undefined) {
      return reply(response, 403, { error: `You cannot publish over the previously published versions: ${version}.` });
    }
    const bytes = Buffer.from(data.data, "base64");
    const path = `${name}/-/${name.split("/")[1] ?? ""}-${version}.tgz`;
    const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    if (manifest.dist.integrity !== integrity)
      return reply(response, 400, { error: "the tarball is not what its integrity says" });
    known.versions[version] = { ...manifest, dist: { ...manifest.dist, tarball: `${url}${path}` } };
    known.time[version] = new Date().toISOString();
    Object.assign(known["dist-tags"], publication["dist-tags"]);
    packages.set(name, known);
    tarballs.set(path, bytes);
    published.push(`${name}@${version}`);
    if (publicationsLeft !== undefined) publicationsLeft -= 1;
    reply(response, 201, { ok: true });
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    identityUrl: `${url}${IDENTITY_PATH}?`,
    exchanged,
    foreign,
    published,
    packument: (name) => packages.get(name),
    tarball: (name, version) => tarballs.get(`${name}/-/${name.split("/")[1] ?? ""}-${version}.tgz`),
    failAfter: (publications) => {
      publicationsLeft = publications;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error("the body is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
