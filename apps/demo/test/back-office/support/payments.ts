import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stdioUpstream } from "@aura/gateway";
import type { Upstream, UpstreamAnswer } from "@aura/gateway";
import type { JsonObject } from "@aura/trust";
import { onTestFinished } from "vitest";
import { openLedger } from "../../../src/back-office/payments/ledger.ts";
import type { Ledger } from "../../../src/back-office/payments/ledger.ts";

export const SECRET = "s".repeat(43);
export const SERVER = fileURLToPath(new URL("../../../src/back-office/payments/system-server.ts", import.meta.url));
export const ORDER = { payee: "nordwind-papier", amount: "120.00", currency: "EUR", reference: "NW-1187" };

/** A folder of this test alone. */
export function aScratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "aura-demo-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function aLedgerPath(): string {
  return join(aScratchFolder(), "state", "ledger.sqlite");
}

export function aLedger(path = aLedgerPath(), secret: string | undefined = SECRET): Ledger {
  const ledger = openLedger(path, secret, { nowMs: () => 1_000 });
  onTestFinished(() => ledger.close());
  return ledger;
}

/** The real server in its own process. */
export function aPaymentsServer(
  path: string,
  env: { readonly [name: string]: string } = { PAYMENTS_SECRET: SECRET },
): Upstream {
  const args = ["--conditions=@aura/source", SERVER, path];
  const upstream = stdioUpstream({ name: "payments", command: process.execPath, args, cwd: "/", env });
  onTestFinished(() => upstream.close());
  return upstream;
}

export async function callPayments(
  upstream: Upstream,
  tool: string,
  args: JsonObject,
  idempotencyKey = "call-1",
): Promise<UpstreamAnswer> {
  return (await upstream.offer()).call({ tool, arguments: args, idempotencyKey, timeoutMs: 10_000 });
}
