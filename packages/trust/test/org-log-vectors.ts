import {
  canonicalJson,
  formatVerifierKey,
  formatWitnessKey,
  type JsonObject,
  leafHash,
  parseTlogProof,
  signCheckpoint,
  type VerifierKey,
} from "../src/index.ts";
import { parseAnchor, withGrowth } from "../src/org-log-anchor.ts";
import { OrgLogMap, slotOf } from "../src/org-log-map.ts";
import { formatTlogProof } from "../src/tlog-proof.ts";
import { AUDIT_MS } from "./audit-world.ts";
import { aNamespace, anOrgLog, ORG_KEY, ORG_ORIGIN, orgKey, TICK_MS } from "./org-log-world.ts";
import { aNetwork } from "./witness-net.ts";

const NAMES = ["payments", "shop", "bank"] as const;
const FIRST_SEED = 71;

/** What `vectors/org-log.json` holds, made anew: two ticks over three namespaces, of which one grows, and two missed between them. */
export async function orgLogVectors() {
  const net = await aNetwork(1, ORG_ORIGIN, orgKey);
  const { orgLog, clock } = await anOrgLog({ witnesses: { ...net.policy, every: 0 } });
  const all = await Promise.all(NAMES.map((name, at) => aNamespace(name, FIRST_SEED + at)));
  const [payments, shop] = all as [(typeof all)[0], (typeof all)[0]];
  for (const one of all) {
    await orgLog.register(one.key);
    await one.submitTo(orgLog);
  }
  await orgLog.tick();
  await orgLog.witness();
  const first = await orgLog.anchored(payments.origin);
  clock.pass(3 * TICK_MS + 7_000);
  await payments.grow(5);
  await payments.submitTo(orgLog);
  await orgLog.tick();
  await orgLog.witness();
  const second = await orgLog.anchored(payments.origin);
  const lines: string[] = [];
  for await (const line of orgLog.export()) lines.push(line);
  const note = await signCheckpoint(payments.signer, { origin: payments.origin, size: 6, root: leafHash("another") });
  const moved = anchorOf(await orgLog.anchored(shop.origin));
  const { note: stranger } = await (await aNamespace("payments", 99)).chain.checkpoint();
  return {
    seeds: {
      orgLog: hexOf(61),
      witness: hexOf(100),
      ...Object.fromEntries(NAMES.map((name, at) => [name, hexOf(FIRST_SEED + at)])),
    },
    origin: ORG_ORIGIN,
    tickMs: TICK_MS,
    nowMs: AUDIT_MS,
    verifierKey: textOf(ORG_KEY),
    witnessKey: formatWitnessKey("witness.example/w0", net.services[0]!.key.key),
    namespaces: Object.fromEntries(
      all.map(({ key }, at) => [NAMES[at] ?? "", { verifierKey: textOf(key), slot: slotOf(key) }]),
    ),
    lines,
    maps: [1, 2, 3].map((size) => {
      const leaves = all.slice(0, size).map(({ key }) => ({ slot: slotOf(key), value: leafHash(key.name) }));
      const map = new OrgLogMap(leaves as never);
      return { leaves, root: map.root, paths: leaves.map(({ slot }) => map.path(slot)) };
    }),
    anchored: [
      { namespace: "payments", size: 1, tick: AUDIT_MS / TICK_MS, missed: 0, lateMs: 0, text: first },
      { namespace: "payments", size: 6, tick: AUDIT_MS / TICK_MS + 3, missed: 2, lateMs: 7_000, text: second },
    ],
    extra: JSON.parse(new TextDecoder().decode(parseTlogProof(second)!.extra)) as JsonObject,
    grown: { from: 1, text: withGrowth(second, { from: 1, proof: await payments.chain.proveGrowth(1, 6) }) },
    refused: [
      { reason: "malformed_anchor", text: second.replace(/^extra .*\n/m, "") },
      { reason: "malformed_anchor", text: changing(second, { grown: 7 }) },
      { reason: "unknown_format", text: changing(second, { format: "aura-anchor-2" }) },
      { reason: "namespace_wrong_key", text: changing(second, { note: stranger }) },
      {
        reason: "namespace_forged",
        text: changing(second, { note: noteOf(second).replace("\n6\n", "\n7\n") }),
      },
      { reason: "not_in_tick", text: changing(second, { note }) },
      { reason: "not_in_tick", text: changing(second, { nonce: moved["nonce"] ?? null }) },
      { reason: "not_in_tick", text: changing(second, { path: moved["path"] ?? null }) },
      { reason: "entry_altered", text: changing(second, { entry: anchorOf(first)["entry"] ?? null }) },
      { reason: "checkpoint_forged", text: second.replace(`\n${ORG_ORIGIN}\n3\n`, `\n${ORG_ORIGIN}\n4\n`) },
    ],
  };
}

function anchorOf(text: string): JsonObject {
  const extra = parseTlogProof(text)?.extra ?? new Uint8Array();
  if (parseAnchor(extra).kind !== "anchor") throw new Error("no anchored checkpoint");
  return JSON.parse(new TextDecoder().decode(extra)) as JsonObject;
}

function noteOf(text: string): string {
  const { note } = anchorOf(text);
  return typeof note === "string" ? note : "";
}

function changing(text: string, change: JsonObject): string {
  const extra = new TextEncoder().encode(canonicalJson({ ...anchorOf(text), ...change }));
  return formatTlogProof({ ...parseTlogProof(text)!, extra });
}

function textOf({ name, key }: VerifierKey): string {
  return formatVerifierKey(name, key);
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, "0").repeat(32);
}
