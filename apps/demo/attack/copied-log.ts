import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createGateway, stdioUpstream } from "@aura/gateway";
import { createGovernor } from "@aura/governance";
import { CONTROL_STREAM, missionProjection } from "@aura/mission";
import type { MissionWorld } from "@aura/mission";
import { openSqliteLogStore } from "@aura/store";
import type { LogStore } from "@aura/store";
import { openFounding, systemClock, systemRandom } from "@aura/trust";
import type { Clock, FoundingStatement, PublicKey } from "@aura/trust";
import { loadKeyFile } from "@aura/trust/key-file";
import { application } from "../src/application.ts";
import { ledgerPath, paymentsServer } from "../src/back-office/servers.ts";

export interface CopiedIdentity {
  readonly namespace: string;
  readonly org: string;
  readonly origin: string;
}

export function identityIn(folder: string): CopiedIdentity {
  return JSON.parse(readFileSync(join(folder, "namespace.json"), "utf8")) as CopiedIdentity;
}

export function openLog(folder: string, clock: Clock = systemClock): Promise<LogStore> {
  return openSqliteLogStore({ path: join(folder, "log.sqlite"), clock, projections: [missionProjection] });
}

/** The secret that the runtime shares with its payments server, as whoever reads `upstreams.key` derives it. */
export function paymentsSecret(folder: string): string {
  const key = readFileSync(join(folder, "upstreams.key"), "utf8");
  return createHmac("sha256", key).update("aura-upstream-secret-1/payments").digest("base64url");
}

export function ledgerIn(folder: string): string {
  return ledgerPath(join(resolve(folder), "state"));
}

/** The enforcement path of the runtime on a copied log: real store, rules and payments server, and how often bytes left. */
export interface CopiedWorld {
  readonly world: MissionWorld;
  readonly identity: CopiedIdentity;
  sent(): number;
  close(): Promise<void>;
}

export async function openWorld(folder: string): Promise<CopiedWorld> {
  const identity = identityIn(folder);
  const context = { namespace: identity.namespace };
  const store = await openLog(folder);
  const statement = await statementOf(store, context.namespace);
  const { release } = application;
  const payments = paymentsServer({ node: process.execPath, secret: () => paymentsSecret(folder) }, ledgerIn(folder));
  const gateway = createGateway({
    registrations: release.tools.filter(({ upstream }) => upstream === "payments"),
    upstreams: [stdioUpstream({ ...payments, cwd: resolve(folder) })],
    clock: store,
  });
  let sent = 0;
  const world: MissionWorld = {
    store,
    context,
    governor: createGovernor({
      current: release,
      known: [release],
      firstApprovers: statement.approvers.map(({ id }) => id),
    }),
    catalogue: gateway.catalogue,
    broker: {
      send: (sending) => {
        sent += 1;
        return gateway.broker.send(sending);
      },
      find: (finding) => gateway.broker.find(finding),
    },
    checkpoints: { covering: () => Promise.reject(new Error("No mission is sealed here.")) },
    outcomeSigner: await loadKeyFile(join(folder, "keys", "outcome.key")),
    authority: {
      org: identity.org,
      audience: `https://${identity.origin}/runtime`,
      credentialIssuers: keysFor(statement, "credential"),
      tokenIssuers: keysFor(statement, "token"),
    },
    random: systemRandom,
    defaults: { sendWindowMs: 2_000, approvalWindowMs: 86_400_000, skewMs: 250 },
  };
  const close = async (): Promise<void> => {
    await gateway.close();
    await store.close();
  };
  return { world, identity, sent: () => sent, close };
}

/** The same world, so many milliseconds later. */
export function later(world: MissionWorld, ms: number): MissionWorld {
  const { store } = world;
  const shifted = new Proxy(store, {
    get: (target, name) => {
      if (name === "nowMs") return () => store.nowMs() + ms;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
  return { ...world, store: shifted };
}

async function statementOf(store: LogStore, namespace: string): Promise<FoundingStatement> {
  for await (const { data } of store.read({ namespace }, CONTROL_STREAM, 0)) {
    const { statement } = data;
    const opened = typeof statement === "string" ? openFounding(statement) : undefined;
    if (opened?.ok === true) return opened.statement;
    break;
  }
  throw new Error("This log has no founding.");
}

function keysFor({ keys }: FoundingStatement, purpose: string): readonly PublicKey[] {
  return keys.filter(({ use }) => use === purpose);
}
