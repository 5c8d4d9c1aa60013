import { useMemo } from "react";
import type { ReactNode } from "react";
import { briefText } from "../brief-text.ts";
import { loadEvidence } from "../kept-evidence.ts";
import { objectiveText } from "../kept-text.ts";
import { useApprovals, useMissions, useNow } from "../queries.ts";
import { href } from "../route.ts";
import type { ApprovalView, MissionSummary, Now } from "../runtime-api.ts";
import { missionStatus, passesFilter } from "../status.ts";
import { ageText, spanText } from "../time-text.ts";
import { useNowMs } from "../use-page.ts";
import { DemoScenes } from "./demo.tsx";
import { Ago, Heading, Pending, StatusMark } from "./parts.tsx";

/** Missions that the first screen lists of a kind; the rest is one click away. */
const LISTED_MAX = 6;

export function NowScreen() {
  const now = useNow();
  if (now.data === undefined) return <Pending error={now.error} what="what runs" />;
  return (
    <>
      <Heading>Now</Heading>
      <Figures now={now.data} />
      <Waiting />
      {now.data.demo && <DemoScenes />}
      <Recent />
      <Standing now={now.data} />
    </>
  );
}

function Figures({ now }: { readonly now: Now }) {
  const nowMs = useNowMs();
  const { approvals, missions, log } = now;
  const running = Math.max(0, missions.open - missions.waiting);
  return (
    <ul className="figures" aria-label="In numbers">
      <Figure
        to={href("approvals")}
        value={approvals.pending}
        name={approvals.pending === 1 ? "approval waits" : "approvals wait"}
        tone={approvals.pending > 0 ? "waiting" : "quiet"}
        note={approvals.oldestMs === null ? "nothing to sign" : `oldest ${ageText(approvals.oldestMs, nowMs)}`}
      />
      <Figure
        to={href("missions", undefined, { show: "open" })}
        value={running}
        name={running === 1 ? "mission runs" : "missions run"}
        note={missions.waiting > 0 ? `${missions.waiting} more wait` : "none waits"}
      />
      <Figure
        to={href("missions", undefined, { show: "denied" })}
        value={now.denied}
        name="denied"
        tone={now.denied > 0 ? "bad" : "quiet"}
        note="in 24 hours: see why"
      />
      <Figure
        to={href("missions", undefined, { show: "failed" })}
        value={missions.failed}
        name="failed"
        tone={missions.failed > 0 ? "bad" : "quiet"}
        note={
          now.missedBeats === 0
            ? "no heartbeat missed"
            : `${now.missedBeats} ${now.missedBeats === 1 ? "heartbeat" : "heartbeats"} missed`
        }
      />
      <Figure to={href("log")} value={log.size} name="log entries" note={<VerifiedUntil now={now} />} />
    </ul>
  );
}

function Figure(figure: {
  readonly to: string;
  readonly value: number;
  readonly name: string;
  readonly note: ReactNode;
  readonly tone?: string;
}) {
  return (
    <li>
      <a href={figure.to} className={`tone-${figure.tone ?? "quiet"}`}>
        <span className="value">{figure.value.toLocaleString("en")}</span>
        <span className="name">{figure.name}</span>
        <span className="note">{figure.note}</span>
      </a>
    </li>
  );
}

function VerifiedUntil({ now }: { readonly now: Now }) {
  const nowMs = useNowMs();
  const kept = useMemo(() => loadEvidence(localStorage), [now]);
  const signed =
    now.log.checkpoint === null ? "nothing signed yet" : `signed to ${now.log.checkpoint.size.toLocaleString("en")}`;
  if (kept?.verifiedAtMs === null || kept === undefined) return `${signed}, not verified here yet`;
  return `${signed}, verified here to ${kept.size.toLocaleString("en")} ${ageText(kept.verifiedAtMs, nowMs)}`;
}

function Waiting() {
  const approvals = useApprovals();
  if (approvals.data === undefined || approvals.data.length === 0) return null;
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">Waits for people</h2>
      <ul className="lines">
        {approvals.data.slice(0, LISTED_MAX).map((approval) => (
          <ApprovalLine key={approval.id} approval={approval} />
        ))}
      </ul>
    </section>
  );
}

export function ApprovalLine({ approval, current }: { readonly approval: ApprovalView; readonly current?: boolean }) {
  const nowMs = useNowMs();
  const leftMs = approval.untilMs - nowMs;
  return (
    <li>
      <a className="line" href={href("approvals", approval.id)} aria-current={current === true ? "true" : undefined}>
        <span className="what">
          <strong>{approval.tool ?? "Whole mission"}</strong>
          <span className="brief">
            {approval.arguments === null ? objectiveText(approval) : briefText(approval.arguments)}
          </span>
        </span>
        <span className="who">{approval.agent}</span>
        <span className="level">{approval.level}</span>
        <span className={leftMs < 120_000 ? "when tone-bad" : "when"}>
          {leftMs > 0 ? `${spanText(leftMs)} left` : "expired"}
        </span>
      </a>
    </li>
  );
}

function Recent() {
  const missions = useMissions();
  if (missions.data === undefined) return <Pending error={missions.error} what="missions" />;
  const all = missions.data.pages.flatMap(({ items }) => items);
  const denied = all.filter((mission) => passesFilter(mission, "denied"));
  const open = all.filter((mission) => passesFilter(mission, "open"));
  return (
    <>
      <MissionSection id="open" title="Running and waiting" missions={open} filter="open" empty="Nothing runs." />
      {denied.length > 0 && (
        <MissionSection id="denied" title="Denied lately" missions={denied} filter="denied" empty="" />
      )}
    </>
  );
}

function MissionSection(section: {
  readonly id: string;
  readonly title: string;
  readonly missions: readonly MissionSummary[];
  readonly filter: string;
  readonly empty: string;
}) {
  const { id, title, missions, filter, empty } = section;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {missions.length === 0 ? (
        <p className="quiet">{empty}</p>
      ) : (
        <ul className="lines">
          {missions.slice(0, LISTED_MAX).map((mission) => (
            <MissionLine key={mission.id} mission={mission} />
          ))}
        </ul>
      )}
      {missions.length > LISTED_MAX && (
        <p>
          <a href={href("missions", undefined, { show: filter })}>All {missions.length}</a>
        </p>
      )}
    </section>
  );
}

export function MissionLine({ mission }: { readonly mission: MissionSummary }) {
  const { calls } = mission;
  return (
    <li>
      <a className="line" href={href("missions", mission.id)}>
        <span className="state">
          <StatusMark status={missionStatus(mission)} />
        </span>
        <span className="what">
          <strong>{objectiveText(mission)}</strong>
        </span>
        <span className="who">{mission.agent}</span>
        <span className="calls">
          {calls.total} {calls.total === 1 ? "call" : "calls"}
          {calls.denied > 0 && <span className="tone-bad">, {calls.denied} denied</span>}
        </span>
        <span className="when">
          <Ago ms={mission.updatedAtMs} />
        </span>
      </a>
    </li>
  );
}

function Standing({ now }: { readonly now: Now }) {
  return (
    <section aria-labelledby="standing">
      <h2 id="standing">What this rests on</h2>
      <dl className="standing">
        <div>
          <dt>Quorum {now.quorum}</dt>
          <dd>
            {now.quorum === 1
              ? "One person is enough to loosen the rules, and whoever proposes a change may approve it. That is the setting for a laptop."
              : `${now.quorum} persons must agree before a rule is loosened.`}
          </dd>
        </div>
        <div>
          <dt>Custody: {now.custody}</dt>
          <dd>
            {now.custody === "runtime"
              ? "The runtime holds the agents' keys and signs for them. An entry then proves that the runtime acted, not that the agent did."
              : "Agents hold their own keys."}
          </dd>
        </div>
        <div>
          <dt>Egress: {now.egress}</dt>
          <dd>
            {now.egress === "open"
              ? "Agent processes are not cut off from the network. What one sends around AURA is neither decided nor seen."
              : "Agent processes reach the network through AURA only."}
          </dd>
        </div>
        <div>
          <dt>No witness</dt>
          <dd>
            Nobody outside has countersigned this log. What this browser remembers of it is the outside view you have.
          </dd>
        </div>
      </dl>
    </section>
  );
}
