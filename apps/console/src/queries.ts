import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ApprovalView, Approvers, Demo, LoggedEntry, MissionSummary, MissionView, Now } from "./runtime-api.ts";
import { get } from "./runtime-client.ts";
import { loadApproverKeys } from "./signing-key.ts";

/** Missions on one page of the list. */
export const MISSIONS_PAGE = 50;
/** Entries that the log screen asks for at once. */
export const LOG_PAGE = 100;
/** Counts over a window of time change without an entry. */
const NOW_AGAIN_MS = 15_000;
const CODE_AGAIN_MS = 2_000;

export function useNow() {
  return useQuery({ queryKey: ["now"], queryFn: () => get<Now>("/v1/now"), refetchInterval: NOW_AGAIN_MS });
}

export function useMissions() {
  return useInfiniteQuery({
    queryKey: ["missions"],
    queryFn: ({ pageParam }) =>
      get<{ items: readonly MissionSummary[]; next: string | null }>(
        `/v1/missions?limit=${MISSIONS_PAGE}${pageParam === "" ? "" : `&cursor=${encodeURIComponent(pageParam)}`}`,
      ),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
  });
}

export function useMission(id: string) {
  return useQuery({
    queryKey: ["mission", id],
    queryFn: () => get<MissionView>(`/v1/missions/${encodeURIComponent(id)}`),
  });
}

export function useApprovals() {
  return useQuery({
    queryKey: ["approvals"],
    queryFn: async () => {
      const { items } = await get<{ items: readonly ApprovalView[] }>("/v1/approvals");
      return items.toSorted((left, right) => left.requestedAtMs - right.requestedAtMs);
    },
  });
}

/** @param waiting while a code waits for its confirmation in a shell, look often */
export function useApprovers(waiting = false) {
  return useQuery({
    queryKey: ["approvers"],
    queryFn: () => get<Approvers>("/v1/approvers"),
    refetchInterval: waiting ? CODE_AGAIN_MS : false,
  });
}

export function useApproverKeys() {
  return useQuery({ queryKey: ["approver-keys"], queryFn: loadApproverKeys });
}

export function useDemo(wanted: boolean) {
  return useQuery({ queryKey: ["demo"], queryFn: () => get<Demo>("/v1/demo"), enabled: wanted });
}

export function useCheckpoint() {
  return useQuery({
    queryKey: ["checkpoint"],
    queryFn: () => get<{ note: string; verifierKey: string }>("/v1/log/checkpoint"),
  });
}

/** Pages of the log, newest page first; the first one ends where the log ended when it was asked for. */
export function useLogPages(size: number | undefined) {
  return useInfiniteQuery({
    queryKey: ["log-pages"],
    queryFn: ({ pageParam }) => {
      const from = Math.max(0, pageParam - LOG_PAGE);
      const after = from === 0 ? "" : `after=${from - 1}&`;
      return get<{ items: readonly LoggedEntry[]; size: number }>(`/v1/log?${after}limit=${pageParam - from}`);
    },
    initialPageParam: size ?? 0,
    getNextPageParam: (_page, _pages, end) => (end - LOG_PAGE > 0 ? end - LOG_PAGE : undefined),
    enabled: size !== undefined && size > 0,
    refetchOnMount: false,
  });
}
