import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { commandText } from "../command-text.ts";
import { objectiveText } from "../kept-text.ts";
import { useApproverKeys, useApprovers, useNow } from "../queries.ts";
import { href } from "../route.ts";
import type { ApprovalView, Approvers, Seat } from "../runtime-api.ts";
import { post } from "../runtime-client.ts";
import { type ApproverKey, isShownText, signVote } from "../signing-key.ts";
import { spanText } from "../time-text.ts";
import { useNowMs } from "../use-page.ts";
import { AlteredVote } from "./altered-vote.tsx";
import { Ago, Digest, JsonText, Members, Said, Trouble } from "./parts.tsx";
import { Reasons } from "./reasons.tsx";

type Choice = "APPROVE" | "REJECT";

export function ApprovalDetail({ approval }: { readonly approval: ApprovalView }) {
  const nowMs = useNowMs();
  const leftMs = approval.untilMs - nowMs;
  return (
    <article className="approval" aria-labelledby="approval-title">
      <header>
        <h2 id="approval-title">
          {approval.tool === null ? (
            <>{approval.agent} asks to start a mission</>
          ) : (
            <>
              {approval.agent} asks for <code>{approval.tool}</code>
            </>
          )}
        </h2>
        <p className={leftMs < 120_000 ? "expiry tone-bad" : "expiry"}>
          <strong>{leftMs > 0 ? spanText(leftMs) : "Expired"}</strong>{" "}
          <span className="quiet">{leftMs > 0 ? "left; silence is a no" : "silence was a no"}</span>
        </p>
      </header>
      <p className="meta">
        <span>{objectiveText(approval)}</span>
        <a href={href("missions", approval.mission, { call: approval.call ?? undefined })}>See the mission</a>
        <span>
          asked <Ago ms={approval.requestedAtMs} />
        </span>
      </p>
      <div className="ask">
        <div>
          {approval.arguments !== null && (
            <section aria-labelledby="action">
              <h3 id="action">The action</h3>
              <div className="action">
                <Members value={approval.arguments} />
              </div>
            </section>
          )}
          <section aria-labelledby="shown">
            <h3 id="shown">What you sign, word for word</h3>
            <pre className="shown" tabIndex={0} aria-label="The signed text">
              {approval.shown}
            </pre>
            {isShownText(approval) ? (
              <p className="quiet">
                SHA-256 <Digest value={approval.vote.shown} label="digest of the text" /> was computed here from this
                text, and the vote carries it.
              </p>
            ) : (
              <Said tone="bad" icon="cross">
                This text is not the one that the vote is bound to. Do not sign; nothing can be signed here.
              </Said>
            )}
          </section>
        </div>
        <div className="beside">
          <section aria-labelledby="rules">
            <h3 id="rules">Why a person is asked</h3>
            <Reasons reasons={approval.rules.map(({ id, reason }) => ({ rule: id, reason }))} />
          </section>
          <PoolSection approval={approval} />
          <Decide approval={approval} expired={leftMs <= 0} />
        </div>
      </div>
    </article>
  );
}

function PoolSection({ approval }: { readonly approval: ApprovalView }) {
  const { pool, votes } = approval;
  return (
    <section aria-labelledby="pool">
      <h3 id="pool">Who may answer</h3>
      {"unreachable" in pool ? (
        <Said tone="bad" icon="cross">
          Nobody can: <JsonText value={pool.unreachable} />
        </Said>
      ) : (
        <>
          <p className="quiet">
            {pool.quorum} of {pool.seats.length} at {pool.level} must agree; one no ends it.
          </p>
          <ul className="seats">
            {pool.seats.map((seat) => (
              <li key={`${seat.person} ${seat.position}`}>
                <SeatLine seat={seat} approval={approval} />
              </li>
            ))}
          </ul>
        </>
      )}
      {votes.length > 0 && (
        <p className="quiet">{votes.length === 1 ? "One vote stands." : `${votes.length} votes stand.`}</p>
      )}
    </section>
  );
}

function SeatLine({ seat, approval }: { readonly seat: Seat; readonly approval: ApprovalView }) {
  const vote = approval.votes.find(({ person }) => person === seat.person);
  return (
    <>
      <strong>{seat.name ?? seat.person}</strong>
      <span className="quiet">
        {seat.position}
        {seat.delegation === null ? "" : `, by delegation ${seat.delegation}`}
      </span>
      {vote !== undefined && (
        <span className={vote.choice === "APPROVE" ? "tone-good" : "tone-bad"}>
          {vote.choice === "APPROVE" ? "approved" : "rejected"} <Ago ms={vote.atMs} />
        </span>
      )}
    </>
  );
}

/** The keys of this browser that may answer: enrolled, not revoked, of a person in the pool who has not voted yet. */
function usable(approval: ApprovalView, keys: readonly ApproverKey[], approvers: Approvers): readonly ApproverKey[] {
  if ("unreachable" in approval.pool) return [];
  const { seats } = approval.pool;
  return keys.filter(
    ({ person, publicKey }) =>
      seats.some((seat) => seat.person === person) &&
      !approval.votes.some((vote) => vote.person === person) &&
      approvers.items.some(
        (approver) => approver.kid === publicKey.kid && approver.person === person && !approver.revoked,
      ),
  );
}

function Decide({ approval, expired }: { readonly approval: ApprovalView; readonly expired: boolean }) {
  const keys = useApproverKeys();
  const approvers = useApprovers();
  const demo = useNow().data?.demo === true;
  const queries = useQueryClient();
  const [choice, setChoice] = useState<Choice>();
  const [kid, setKid] = useState<string>();
  const sign = useRef<HTMLButtonElement>(null);
  const vote = useMutation({
    mutationFn: async ({ key, choice }: { readonly key: ApproverKey; readonly choice: Choice }) => {
      const jws = await signVote(key, approval, choice);
      return post<{ outcome: string }>(`/v1/approvals/${encodeURIComponent(approval.id)}/votes`, {
        person: key.person,
        jws,
      });
    },
    onSuccess: () => queries.invalidateQueries(),
  });
  useEffect(() => {
    if (choice !== undefined) sign.current?.focus();
  }, [choice]);
  if (keys.data === undefined || approvers.data === undefined) return null;
  const candidates = usable(approval, keys.data, approvers.data);
  const key = candidates.find(({ publicKey }) => publicKey.kid === kid) ?? candidates[0];
  if (vote.data !== undefined) {
    return (
      <div className="decide" role="status">
        <Said tone="good" icon="check">
          Your vote stands in the log
          {vote.data.outcome === "counted" ? "; more are needed." : `: ${vote.data.outcome}.`}
        </Said>
      </div>
    );
  }
  if (key === undefined) return <NoKey approval={approval} keys={keys.data} approvers={approvers.data} />;
  const idle = expired || vote.isPending || !isShownText(approval);
  return (
    <div className="decide">
      {vote.error !== null && <Trouble error={vote.error} />}
      {candidates.length > 1 && (
        <label className="inline">
          As{" "}
          <select value={key.publicKey.kid} onChange={(event) => setKid(event.target.value)}>
            {candidates.map((candidate) => (
              <option key={candidate.publicKey.kid} value={candidate.publicKey.kid}>
                {candidate.person}
              </option>
            ))}
          </select>
        </label>
      )}
      {choice === undefined ? (
        <div className="row">
          <button type="button" className="primary" disabled={idle} onClick={() => setChoice("APPROVE")}>
            Approve…
          </button>
          <button type="button" disabled={idle} onClick={() => setChoice("REJECT")}>
            Reject…
          </button>
          <span className="quiet">
            You sign as <strong>{key.person}</strong> with the key in this browser.
          </span>
        </div>
      ) : (
        <div className="row" role="group" aria-label="Confirm">
          <button
            ref={sign}
            type="button"
            className={choice === "APPROVE" ? "primary" : "danger"}
            disabled={idle}
            onClick={() => vote.mutate({ key, choice })}
          >
            {choice === "APPROVE" ? "Sign the approval" : "Sign the rejection"}
          </button>
          <button type="button" onClick={() => setChoice(undefined)}>
            Back
          </button>
          <span className="quiet">
            {choice === "APPROVE" ? "Exactly this action, once." : "One rejection ends the request."} As{" "}
            <strong>{key.person}</strong>.
          </span>
        </div>
      )}
      {demo && choice === undefined && <AlteredVote approval={approval} signingKey={key} />}
    </div>
  );
}

function NoKey(props: {
  readonly approval: ApprovalView;
  readonly keys: readonly ApproverKey[];
  readonly approvers: Approvers;
}) {
  const { approval, keys, approvers } = props;
  const demo = useNow().data?.demo === true;
  const seated = "unreachable" in approval.pool ? [] : approval.pool.seats.map(({ person }) => person);
  const voted = keys.some(({ person }) => approval.votes.some((vote) => vote.person === person));
  const waiting = keys.some(({ publicKey }) => approvers.pending.some(({ kid }) => kid === publicKey.kid));
  const outside = keys.some(({ person }) => !seated.includes(person));
  return (
    <div className="decide">
      <p>
        {voted
          ? "Your vote stands already. "
          : waiting
            ? "Your key waits for its confirmation. "
            : keys.length === 0
              ? "This browser holds no approver's key yet. "
              : outside
                ? "No key in this browser belongs to somebody in the pool. "
                : "The key in this browser is not enrolled. "}
        {!voted && <a href={href("key")}>{keys.length === 0 ? "Make one and enrol it" : "See your key"}</a>}
        {!voted && (
          <>
            {", or sign in a shell: "}
            <code>{commandText(`approve ${approval.id}`, demo)}</code>
          </>
        )}
      </p>
    </div>
  );
}
