import { existsSync } from "node:fs";
import { join } from "node:path";
import { signVote } from "@aura/mission";
import type { JsonValue } from "@aura/trust";
import { loadKeyFile } from "@aura/trust/key-file";
import type { ApprovalView } from "../src/http/approval-view.ts";

/** A mission as it is launched over the API. */
export interface Launch {
  readonly agent: string;
  readonly definition: JsonValue;
}

/** The people of the shop, as the API knows them. */
export interface Office {
  /** Launches each mission once, however often it is asked. */
  launch(missions: readonly Launch[]): Promise<void>;
  /** Signs everything that waits for a person. */
  approve(): Promise<void>;
  /** Looks where a file lies that is put aside, and says so, for each undo that nobody else can tell the outcome of. */
  resolve(): Promise<void>;
  /** True if that many missions are there, all of them CLOSED. */
  isDone(missions: number): Promise<boolean>;
}

interface Answer {
  readonly items: readonly { readonly id: string; readonly state: string; readonly waitsFor: string | null }[];
}

interface Mission {
  readonly rest: { readonly reason: string } | null;
  readonly calls: readonly {
    readonly key: string;
    readonly tool: string;
    readonly state: string;
    readonly arguments: { readonly source?: string; readonly destination?: string };
  }[];
}

export function openOffice(at: {
  readonly url: string;
  readonly key: string;
  /** Path of the approver's key file. */
  readonly approver: string;
  /** Path of the folder that the agents' files lie in. */
  readonly files: string;
}): Office {
  const ask = async <Body>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Body> => {
    const response = await fetch(`${at.url}/v1${path}`, {
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      headers: {
        authorization: `Bearer ${at.key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
    });
    const text = await response.text();
    if (!response.ok && !text.includes("mission/vote_already_cast") && !text.includes("mission/vote_not_waiting"))
      throw new Error(`${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as Body;
  };
  return {
    launch: async (missions) => {
      for (const [index, mission] of missions.entries())
        await ask("/missions", mission, { "idempotency-key": `crash-${index}` });
    },
    approve: async () => {
      const { items } = await ask<{ readonly items: readonly ApprovalView[] }>("/approvals");
      const key = await loadKeyFile(at.approver);
      for (const { id, vote, pool, votes } of items) {
        const seat =
          "seats" in pool ? pool.seats.find(({ person }) => at.approver.endsWith(`/${person}.key`)) : undefined;
        if (seat === undefined) throw new Error(`The approver has no seat for ${id}.`);
        if (votes.some(({ person }) => person === seat.person)) continue;
        const jws = await signVote(key, { ...vote, choice: "APPROVE" });
        await ask(`/approvals/${encodeURIComponent(id)}/votes`, { person: seat.person, jws });
      }
    },
    resolve: async () => {
      const { items } = await ask<Answer>("/missions?limit=100");
      for (const { id } of items.filter(({ waitsFor }) => waitsFor === "compensation")) {
        const { calls, rest } = await ask<Mission>(`/missions/${id}`);
        if (rest?.reason !== "person") continue;
        for (const { key, arguments: args } of calls.filter(
          ({ tool, state }) => tool === "move_file" && state === "unknown",
        )) {
          const moved = !liesAt(at.files, args.source) && liesAt(at.files, args.destination);
          const path = `/missions/${id}/calls/${encodeURIComponent(key)}/resolve`;
          await ask(
            path,
            moved ? { as: "succeeded", result: null } : { as: "failed", message: "It lies where it lay." },
          );
          if (!moved) await ask(path, { as: "retry" });
        }
      }
    },
    isDone: async (missions) => {
      const { items } = await ask<Answer>("/missions?limit=100");
      return items.length >= missions && items.every(({ state }) => state === "CLOSED");
    },
  };
}

function liesAt(folder: string, path = ""): boolean {
  return path !== "" && existsSync(join(folder, path));
}
