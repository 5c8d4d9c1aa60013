import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { decodeBase64url, type PublicKey, verifyEd25519 } from "@aura/trust";
import { bundle } from "../runtimes/bundle.ts";
import { utf8 } from "./vector-file.ts";

let browser: Browser;

beforeAll(async () => {
  const executablePath = process.env["CHROMIUM"];
  if (executablePath === undefined) throw new Error("CHROMIUM names no browser: the test command sets it.");
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});
afterAll(() => browser.close());

interface Answer {
  readonly publicKey: PublicKey;
  readonly signature: string;
  readonly refusal: string;
}

it("in Chromium, a key that cannot be extracted signs what Node.js verifies, and another's public half is refused", async () => {
  const code = await bundle(new URL("../src/index.ts", import.meta.url), "readable");
  const act = `async () => {
    const make = () => crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    const [pair, other] = [await make(), await make()];
    const signer = await signerFromCryptoKey(pair.privateKey, pair.publicKey);
    const signature = encodeBase64url(await signer.sign(new TextEncoder().encode("pay 41.00")));
    const refusal = await signerFromCryptoKey(pair.privateKey, other.publicKey).catch((error) => error.code);
    return { publicKey: signer.publicKey, signature, refusal };
  }`;
  const page = await browser.newPage();
  await page.route("https://auditor.example/**", (route) =>
    route.request().url().endsWith("/module.js")
      ? route.fulfill({ contentType: "text/javascript", body: `${code}\nglobalThis.answer = (${act})();` })
      : route.fulfill({
          contentType: "text/html",
          body: '<!doctype html><script type="module" src="module.js"></script>',
        }),
  );
  await page.goto("https://auditor.example/");
  await page.waitForFunction(() => "answer" in globalThis);
  const { publicKey, signature, refusal } = await page.evaluate(
    () => (globalThis as unknown as { answer: Promise<Answer> }).answer,
  );
  expect(verifyEd25519(publicKey, utf8("pay 41.00"), decodeBase64url(signature))).toBe(true);
  expect(refusal).toBe("trust/private_key_refused");
  await page.close();
});
