import { briefText } from "../brief-text.ts";
import { href } from "../route.ts";
import type { CallSummary, DecisionView } from "../runtime-api.ts";
import { callStatus } from "../status.ts";
import { clockText, spanText } from "../time-text.ts";
import { useNowMs } from "../use-page.ts";
import { whyDenied } from "../why-denied.ts";
import { Ago, JsonText, LostText, Members, StatusMark } from "./parts.tsx";
import { Reasons } from "./reasons.tsx";
import { SettleCall } from "./settle-call.tsx";

/** A vote on a call, as its entry tells it. */
export interface NamedVote {
  readonly seq: number;
  readonly name: string;
  readonly said: string;
  readonly atMs: number;
}

/** One call: a line that says how it stands, and everything behind it. */
export function CallRow({
  call,
  mission,
  open,
  settles = false,
  votes = [],
}: {
  readonly call: CallSummary;
  readonly mission: string;
  readonly open: boolean;
  /** Whether a person may still say what became of it. */
  readonly settles?: boolean;
  readonly votes?: readonly NamedVote[];
}) {
  return (
    <li id={`call-${call.key}`}>
      <details open={open}>
        <summary>
          <span className="state">
            <StatusMark status={callStatus(call)} />
          </span>
          <code className="tool">{call.tool}</code>
          <span className="brief">
            {call.arguments === null ? `arguments ${call.lost.arguments ?? ""}` : briefText(call.arguments)}
          </span>
          <span className="marks">
            {call.compensates !== null && <Mark>undo</Mark>}
            {call.compensatedBy !== null && <Mark>undone</Mark>}
            {call.missedBeat && <Mark tone="waiting">missed beat</Mark>}
            {call.attempts > 1 && <Mark tone="waiting">try {call.attempts}</Mark>}
            {call.class !== null && <Mark>{call.class}</Mark>}
          </span>
          <span className="when">{duration(call)}</span>
        </summary>
        <div className="inside">
          <Why call={call} />
          {votes.length > 0 && (
            <ul className="why" aria-label="Votes">
              {votes.map(({ seq, name, said, atMs }) => (
                <li key={seq}>
                  <strong>{name}</strong>: {said}{" "}
                  <span className="quiet">
                    <Ago ms={atMs} />, <a href={href("log", String(seq))}>entry {seq}</a>
                  </span>
                </li>
              ))}
            </ul>
          )}
          <div className="columns">
            <div>
              <h3>Arguments</h3>
              {call.arguments === null ? <LostText lost={call.lost.arguments} /> : <Members value={call.arguments} />}
            </div>
            <div>
              <h3>Facts the rules were asked with</h3>
              <Members value={call.facts} unknown={call.decision?.unknown ?? []} />
            </div>
            <div>
              <h3>Course</h3>
              <Course call={call} mission={mission} />
            </div>
          </div>
          <End call={call} />
          {settles && <SettleCall call={call} mission={mission} />}
        </div>
      </details>
    </li>
  );
}

function Mark({ children, tone = "quiet" }: { readonly children: React.ReactNode; readonly tone?: string }) {
  return <span className={`mark tone-${tone}`}>{children}</span>;
}

function Why({ call }: { readonly call: CallSummary }) {
  const { decision } = call;
  const denied = whyDenied(call);
  if (decision === null && denied.length === 0) return <p className="quiet">Not decided yet.</p>;
  const reasons = denied.length > 0 ? denied : (decision?.rules ?? []).map(({ id, reason }) => ({ rule: id, reason }));
  return (
    <div className="decision">
      <h3>{decision === null ? "Refused" : headline(decision)}</h3>
      <Reasons reasons={reasons} />
      {decision !== null && decision.unknown.length > 0 && (
        <p className="quiet">
          Not known when it was decided: {decision.unknown.join(", ")}. What is unknown never permits.
        </p>
      )}
    </div>
  );
}

function headline({ kind, level }: DecisionView): string {
  switch (kind) {
    case "PERMIT":
      return "Permitted";
    case "DENY":
      return "Denied";
    case "ESCALATE":
      return `A person of ${level ?? "a higher level"} must agree`;
  }
}

function Course({ call, mission }: { readonly call: CallSummary; readonly mission: string }) {
  const nowMs = useNowMs();
  const other = (key: string) => <a href={href("missions", mission, { call: key })}>{key}</a>;
  return (
    <dl className="members">
      <div>
        <dt>call</dt>
        <dd>
          <code>{call.key}</code>
        </dd>
      </div>
      <div>
        <dt>attempts</dt>
        <dd>
          {call.attempts}
          {call.attemptMax === null ? "" : ` of ${call.attemptMax}`}
        </dd>
      </div>
      {call.nextMs !== null && (
        <div>
          <dt>next try</dt>
          <dd className="tone-waiting">
            {clockText(call.nextMs)}
            {call.nextMs > nowMs ? `, in ${spanText(call.nextMs - nowMs)}` : ", due"}
          </dd>
        </div>
      )}
      {call.missedBeat && (
        <div>
          <dt>heartbeat</dt>
          <dd className="tone-waiting">missed</dd>
        </div>
      )}
      <div>
        <dt>sent</dt>
        <dd>{call.sentAtMs === null ? "never" : clockText(call.sentAtMs)}</dd>
      </div>
      {call.endedAtMs !== null && (
        <div>
          <dt>ended</dt>
          <dd>{clockText(call.endedAtMs)}</dd>
        </div>
      )}
      {call.compensates !== null && (
        <div>
          <dt>undoes</dt>
          <dd>{other(call.compensates)}</dd>
        </div>
      )}
      {call.compensatedBy !== null && (
        <div>
          <dt>undone by</dt>
          <dd>{other(call.compensatedBy)}</dd>
        </div>
      )}
    </dl>
  );
}

function End({ call }: { readonly call: CallSummary }) {
  const { end } = call;
  if (end === null) return null;
  return (
    <div className="end">
      <h3>
        What the agent was told
        {end.code !== null && (
          <>
            {" "}
            <code>{end.code}</code>
          </>
        )}
      </h3>
      {end.message !== null && end.message !== "" && <p>{end.message}</p>}
      {end.result !== null && <JsonText value={end.result} />}
      <LostText lost={call.lost.message ?? call.lost.result} />
    </div>
  );
}

function duration({ sentAtMs, endedAtMs }: CallSummary): string {
  if (sentAtMs === null) return "";
  return endedAtMs === null ? clockText(sentAtMs) : spanText(endedAtMs - sentAtMs);
}
