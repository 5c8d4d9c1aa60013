import type { JsonObject, JsonValue } from "@aura/trust";
import { useState } from "react";
import { approverName } from "../approver-name.ts";
import { objectiveText } from "../kept-text.ts";
import { useApprovers, useMission } from "../queries.ts";
import { href } from "../route.ts";
import { ProblemError } from "../runtime-client.ts";
import type { Level, MissionView } from "../runtime-api.ts";
import { stateSteps } from "../state-bar.ts";
import { missionStatus, spoken } from "../status.ts";
import { clockText, offsetText, spanText } from "../time-text.ts";
import { useNowMs } from "../use-page.ts";
import { whyDenied } from "../why-denied.ts";
import { CallRow, type NamedVote } from "./call.tsx";
import { shortened } from "../shortened.ts";
import { Clock, Digest, Heading, JsonText, LostText, Members, Pending, Said, StatusMark } from "./parts.tsx";
import { Reasons } from "./reasons.tsx";
import { ReceiptSection } from "./receipt.tsx";
import { StopMission } from "./stop-mission.tsx";

export function MissionScreen({ id, query }: { readonly id: string; readonly query: URLSearchParams }) {
  const { data: mission, error } = useMission(id);
  const names = useNames();
  if (mission === undefined) {
    const missing = error instanceof ProblemError && error.problem.status === 404;
    return missing ? <p className="empty">There is no mission {id}.</p> : <Pending error={error} what="the mission" />;
  }
  const opened = query.get("call");
  return (
    <>
      <p className="crumb">
        <a href={href("missions")}>Missions</a>
      </p>
      <Heading aside={mission.state !== "CLOSED" && <StopMission mission={mission} />}>
        {objectiveText(mission)}
      </Heading>
      <p className="meta">
        <StatusMark status={missionStatus(mission)} />
        <span>{mission.agent}</span>
        <span>authority {mission.authority}</span>
        <Digest value={mission.id} label="mission id" />
        <Deadline mission={mission} />
        <MissedBeats mission={mission} />
      </p>
      <Denials mission={mission} />
      <Waits mission={mission} />
      <StateBar mission={mission} />
      <section aria-labelledby="calls">
        <h2 id="calls">Calls</h2>
        {mission.calls.length === 0 ? (
          <p className="quiet">No call was made.</p>
        ) : (
          <ol className="calls">
            {mission.calls.map((call) => (
              <CallRow
                key={call.key}
                call={call}
                mission={mission.id}
                settles={mission.state !== "CLOSED"}
                votes={votesOn(mission, call.key, names)}
                open={call.key === opened || (opened === null && call.state === "denied")}
              />
            ))}
          </ol>
        )}
      </section>
      <Outcome mission={mission} />
      {mission.state === "CLOSED" && <ReceiptSection mission={mission.id} />}
      <Timeline mission={mission} names={names} />
      <Definition mission={mission} />
    </>
  );
}

type Names = ReadonlyMap<string, string>;

/** Entries carry ids of persons; their names stand beside their keys. */
function useNames(): Names {
  const approvers = useApprovers();
  return new Map((approvers.data?.items ?? []).map((approver) => [approver.person, approverName(approver)]));
}

function votesOn(mission: MissionView, key: string, names: Names): readonly NamedVote[] {
  return mission.timeline
    .filter(({ type, stream }) => type === "call.voted" && stream === `mission/${mission.id}/call/${key}`)
    .map(({ seq, actor, summary, timeMs }) => ({
      seq,
      name: names.get(actor.id) ?? actor.id,
      said: summary,
      atMs: timeMs,
    }));
}

/** The agent's process was silent longer than it may be: it was ended, and its work goes on in another. */
function MissedBeats({ mission }: { readonly mission: MissionView }) {
  const missed = mission.timeline.filter(({ type }) => type === "run.beat_missed").length;
  if (missed === 0) return null;
  return <span className="tone-waiting">{missed === 1 ? "one missed heartbeat" : `${missed} missed heartbeats`}</span>;
}

function Deadline({ mission }: { readonly mission: MissionView }) {
  const nowMs = useNowMs();
  if (mission.deadlineMs === null || mission.state === "CLOSED") return null;
  const leftMs = mission.deadlineMs - nowMs;
  return <span>{leftMs > 0 ? `${spanText(leftMs)} to the deadline` : "past its deadline"}</span>;
}

/** The first thing that somebody wants to know of a mission in which something was denied. */
function Denials({ mission }: { readonly mission: MissionView }) {
  const denied = mission.calls.filter(({ state }) => state === "denied");
  if (denied.length === 0) return mission.outcome?.kind === "DENIED" ? <WholeDenied mission={mission} /> : null;
  return (
    <section className="callout tone-bad" aria-label="Why it was denied">
      {denied.map((call) => (
        <div key={call.key}>
          <Said tone="bad" icon="cross">
            <strong>
              <code>{call.tool}</code> was denied
            </strong>{" "}
            before a byte left.
          </Said>
          <Reasons reasons={whyDenied(call)} />
        </div>
      ))}
    </section>
  );
}

/** Nothing of it was ever allowed to start: the entry that ended it says why. */
function WholeDenied({ mission }: { readonly mission: MissionView }) {
  const last = mission.timeline.findLast(({ type }) => type === "mission.abandoned" || type === "mission.finished");
  return (
    <section className="callout tone-bad" aria-label="Why it was denied">
      <Said tone="bad" icon="cross">
        <strong>The mission was denied.</strong> {last?.summary}{" "}
        {mission.outcome?.code !== null && <code>{mission.outcome?.code}</code>}
      </Said>
    </section>
  );
}

function Waits({ mission }: { readonly mission: MissionView }) {
  const { approval, rest } = mission;
  const parked = mission.calls.filter(({ state }) => state === "parked");
  if (approval === null && rest === null && parked.length === 0) return null;
  if (mission.state === "CLOSED") return null;
  return (
    <section className="callout tone-waiting" aria-label="What it waits for">
      {approval?.call === null && (
        <Said tone="waiting" icon="person">
          The mission as a whole waits for {approval.level}.{" "}
          <a href={href("approvals", approval.id)}>Look at the request</a>
        </Said>
      )}
      {parked.map((call) => (
        <Said key={call.key} tone="waiting" icon="person">
          <code>{call.tool}</code> waits for a person{ofLevel(call.decision?.level ?? null)}.{" "}
          <a href={href("approvals", `${mission.id}.${call.key}`)}>Look at the request</a>
        </Said>
      ))}
      {rest !== null && approval === null && parked.length === 0 && (
        <Said tone="waiting" icon="clock">
          {spoken(rest.reason)}: {rest.detail}
          {rest.untilMs === undefined ? "" : `, until ${clockText(rest.untilMs)}`}
        </Said>
      )}
    </section>
  );
}

function ofLevel(level: Level | null): string {
  return level === null ? "" : ` of ${level}`;
}

function StateBar({ mission }: { readonly mission: MissionView }) {
  const steps = stateSteps(mission);
  return (
    <ol className="states" aria-label="States">
      {steps.map((step) => (
        <li key={step.state} className={step.standing} aria-current={step.standing === "current" ? "step" : undefined}>
          <span className="name">{spoken(step.state)}</span>
          <span className="at">
            {step.atMs !== null && <Clock ms={step.atMs} />}
            {step.standing === "skipped" && "not reached"}
            {step.standing === "ahead" && <span className="hidden">ahead</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}

function Outcome({ mission }: { readonly mission: MissionView }) {
  if (mission.outcome === null) return null;
  return (
    <section aria-labelledby="outcome">
      <h2 id="outcome">Outcome</h2>
      <p className="meta">
        <StatusMark status={missionStatus(mission)} />
        {mission.outcome.code !== null && <code>{mission.outcome.code}</code>}
      </p>
      {mission.outcome.kind === "FAILED" && <WhatFailed mission={mission} />}
      {mission.result !== null && (
        <div className="result">
          <JsonText value={mission.result} />
        </div>
      )}
      <LostText lost={mission.lost.result} />
    </section>
  );
}

/** The call that the mission failed with, in the tool's own words. */
function WhatFailed({ mission }: { readonly mission: MissionView }) {
  const failed = mission.calls.findLast(({ state, compensates }) => state === "failed" && compensates === null);
  if (failed === undefined) return null;
  const undone = mission.calls.filter(({ compensatedBy }) => compensatedBy !== null).length;
  return (
    <p>
      <a href={href("missions", mission.id, { call: failed.key })}>
        <code>{failed.tool}</code>
      </a>{" "}
      failed. {failed.end?.message}{" "}
      {undone > 0 && (undone === 1 ? "One call before it was undone." : `${undone} calls before it were undone.`)}
    </p>
  );
}

/** Entries of the engine's own bookkeeping: in the log like all others, seldom what somebody looks for. */
const BOOKKEEPING: ReadonlySet<string> = new Set(["run.delivered"]);

function Timeline({ mission, names }: { readonly mission: MissionView; readonly names: Names }) {
  const [whole, setWhole] = useState(false);
  const first = mission.timeline[0]?.timeMs ?? 0;
  const shown = whole ? mission.timeline : mission.timeline.filter(({ type }) => !BOOKKEEPING.has(type));
  const hidden = mission.timeline.filter(({ type }) => BOOKKEEPING.has(type)).length;
  return (
    <section aria-labelledby="timeline">
      <div className="heading">
        <h2 id="timeline">Timeline</h2>
        {hidden > 0 && (
          <button type="button" className="bare" aria-pressed={whole} onClick={() => setWhole(!whole)}>
            {whole ? `Hide ${hidden} deliveries` : `Show ${hidden} deliveries too`}
          </button>
        )}
      </div>
      <div className="scroll tall" tabIndex={0} role="region" aria-label="Timeline, every entry">
        <table className="timeline">
          <thead>
            <tr>
              <th scope="col">Entry</th>
              <th scope="col">At</th>
              <th scope="col">What</th>
              <th scope="col">Type</th>
              <th scope="col">By</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((item) => (
              <tr key={item.seq}>
                <td>
                  <a href={href("log", String(item.seq))}>{item.seq}</a>
                </td>
                <td title={clockText(item.timeMs)}>{offsetText(item.timeMs - first)}</td>
                <td>
                  <span className="clamp" title={item.summary}>
                    {item.summary}
                  </span>
                </td>
                <td>
                  <code>{item.type}</code>
                </td>
                <td title={item.actor.id}>{names.get(item.actor.id) ?? shortened(item.actor.id)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Definition({ mission }: { readonly mission: MissionView }) {
  const { tools = [], timeoutMs, ...others } = mission.definition ?? {};
  const rest = typeof timeoutMs === "number" ? { ...others, timeout: spanText(timeoutMs) } : others;
  return (
    <section aria-labelledby="definition">
      <h2 id="definition">Definition and boundary</h2>
      {mission.definition !== null && <Members value={{ ...rest, tools: toolTexts(tools) }} />}
      <LostText lost={mission.lost.definition} />
      {mission.boundary !== null && (
        <dl className="members">
          <div>
            <dt>boundary</dt>
            <dd>
              <Digest value={mission.boundary.hash} label="boundary hash" />
            </dd>
          </div>
          <div>
            <dt>release</dt>
            <dd>
              <Digest value={mission.boundary.release} label="release hash" />
            </dd>
          </div>
        </dl>
      )}
    </section>
  );
}

/** A tool without constraints is its name; one with them keeps them. */
function toolTexts(tools: JsonValue): JsonValue {
  if (!Array.isArray(tools)) return tools;
  return tools.map((tool: JsonValue) => {
    if (typeof tool !== "object" || tool === null || Array.isArray(tool)) return tool;
    const { name = null, constraints = null } = tool as JsonObject;
    return constraints === null ? name : `${typeof name === "string" ? name : "?"} ${JSON.stringify(constraints)}`;
  });
}
