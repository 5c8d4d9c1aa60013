import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { pageMissing } from "./http-error.ts";

/** Nothing is loaded from elsewhere, nothing is inline, nobody frames the page. */
export const PAGE_HEADERS: { readonly [name: string]: string } = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Serves the page's folder at `/`, or says that there is none. Its paths are no part of the API. */
export async function pageRoutes(app: FastifyInstance, folder: string | undefined): Promise<void> {
  if (folder === undefined || !existsSync(join(folder, "index.html"))) {
    app.get("/", { config: { open: true }, schema: { hide: true } }, () => {
      throw pageMissing();
    });
    return;
  }
  await app.register(fastifyStatic, {
    root: folder,
    wildcard: false, // the files that are there when it starts, and no other path
    cacheControl: false,
    dotfiles: "ignore",
    setHeaders: (response, path) => {
      const isHashed = path.includes(join(folder, "assets"));
      response.header("cache-control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}
