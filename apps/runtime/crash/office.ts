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
  /** True if that many missions are there, all of them CLOSED. */
  isDone(missions: number): Promise<boolean>;
}

interface Answer {
  readonly items: readonly { readonly state: string }[];
}

export function openOffice(at: {
  readonly url: string;
  readonly key: string;
  /** Path of the approver's key file. */
  readonly approver: string;
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
    isDone: async (missions) => {
      const { items } = await ask<Answer>("/missions?limit=100");
      return items.length >= missions && items.every(({ state }) => state === "CLOSED");
    },
  };
}
