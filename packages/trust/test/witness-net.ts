import { decodeUtf8 } from "../src/utf8.ts";
import { openWitness, verifierKeyOf } from "../src/index.ts";
import type { ChainWitnesses, HistoryDispute, Witness, Witnessing, WitnessingFailed } from "../src/index.ts";
import { AUDIT_ORIGIN, logKey } from "./audit-world.ts";
import { aWitness, memoryWitnessStore, WITNESSED_MS } from "./witness-world.ts";

/** What a witness does with a request instead of answering it. */
export type Mood = "well" | "away" | "hangs" | "lies";

/** Witnesses of the audit world behind a network that can be told to fail, and what a chain that asks them was told. */
export async function aNetwork(count = 1, origin = AUDIT_ORIGIN, key = logKey) {
  const moods: Mood[] = Array.from({ length: count }, () => "well");
  const services: Witness[] = [];
  for (let at = 0; at < count; at += 1) {
    const { signer } = aWitness(100 + at);
    services.push(
      await openWitness({
        name: `witness.example/w${at}`,
        signer,
        logs: [verifierKeyOf(origin, key.publicKey)],
        store: memoryWitnessStore(),
        clock: { nowMs: () => WITNESSED_MS },
      }),
    );
  }
  const requests: string[] = [];
  const rounds: (Witnessing | WitnessingFailed)[] = [];
  const disputes: HistoryDispute[] = [];
  const patience: AbortController[] = [];
  const heard = new Set<() => void>();

  async function fetch(url: string, request: RequestInit): Promise<Response> {
    const [, place = "", path = ""] = /^https:\/\/w(\d+)\.example\/(.*)$/.exec(url) ?? [];
    requests.push(`w${place} ${path === "add-checkpoint" ? textOf(request).split("\n")[0] : "latest"}`);
    const [mood, service] = [moods[Number(place)], services[Number(place)]];
    if (mood === "away" || service === undefined) throw new TypeError("fetch failed");
    if (mood === "hangs") {
      await new Promise((_, reject) => request.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
    }
    if (mood === "lies") return new Response(`\u2014 ${service.key.name} ${"A".repeat(108)}\n`);
    const answer = path.endsWith("/checkpoint")
      ? await service.latest(path.split("/")[0] ?? "")
      : await service.addCheckpoint(new TextEncoder().encode(textOf(request)));
    return new Response(answer.body, { status: answer.status });
  }

  const policy: ChainWitnesses = {
    witnesses: services.map((service, at) => ({ key: service.key, url: `https://w${at}.example` })),
    quorum: count,
    fetch,
    patience: () => {
      const one = new AbortController();
      patience.push(one);
      return one.signal;
    },
    disputed: (dispute) => disputes.push(dispute),
    told: (round) => {
      rounds.push(round);
      for (const call of heard) call();
    },
  };
  /** Waits until so many rounds were told. */
  const told = (wanted: number) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (rounds.length >= wanted) resolve();
      };
      heard.add(look);
      look();
    });
  return { policy, moods, services, requests, rounds, disputes, patience, told, anchors: () => anchorsOf(services) };
}

function anchorsOf(services: readonly Witness[], quorum: number = services.length) {
  return { keys: services.map(({ key }) => key), quorum };
}

function textOf(request: RequestInit): string {
  return typeof request.body === "string" ? request.body : (decodeUtf8(request.body as Uint8Array) ?? "");
}
