import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { commandText } from "../command-text.ts";
import { useApprovals, useApproverKeys, useApprovers, useNow } from "../queries.ts";
import type { ApprovalView, Approvers, Now } from "../runtime-api.ts";
import { post } from "../runtime-client.ts";
import { type ApproverKey, createApproverKey, dropApproverKey, provePossession } from "../signing-key.ts";
import { spanText } from "../time-text.ts";
import { approverName, isFromFounding } from "../approver-name.ts";
import { useMachine, useNowMs } from "../use-page.ts";
import { Ago, Digest, Heading, Pending, Said, Trouble } from "./parts.tsx";

/** How long an enrolment may wait for its confirmation. */
const ENROLMENT_MS = 10 * 60_000;

export function KeyScreen() {
  const keys = useApproverKeys();
  const now = useNow();
  const unconfirmed = (approvers: Approvers | undefined): boolean =>
    (keys.data ?? []).some(({ publicKey }) => approvers?.items.every(({ kid }) => kid !== publicKey.kid) === true);
  const [waiting, setWaiting] = useState(false);
  const approvers = useApprovers(waiting);
  const approvals = useApprovals();
  const waits = unconfirmed(approvers.data);
  if (waits !== waiting) setWaiting(waits);
  if (keys.data === undefined || approvers.data === undefined || now.data === undefined) {
    return <Pending error={keys.error ?? approvers.error ?? now.error} what="your key" />;
  }
  return (
    <>
      <Heading>Your key</Heading>
      <p className="lead">
        You approve by signature. The key is made in this browser and cannot leave it: not by this page, not by the
        runtime. An approver who is enrolled already must confirm it, once.
      </p>
      {keys.data.map((key) => (
        <KeyCard key={key.publicKey.kid} own={key} approvers={approvers.data} now={now.data} />
      ))}
      <NewKey
        approvers={approvers.data}
        approvals={approvals.data ?? []}
        now={now.data}
        first={keys.data.length === 0}
      />
      <Enrolled approvers={approvers.data} />
    </>
  );
}

function KeyCard({
  own,
  approvers,
  now,
}: {
  readonly own: ApproverKey;
  readonly approvers: Approvers;
  readonly now: Now;
}) {
  const queries = useQueryClient();
  const nowMs = useNowMs();
  const enrolled = approvers.items.find(({ kid }) => kid === own.publicKey.kid);
  const pending = approvers.pending.find(({ kid }) => kid === own.publicKey.kid);
  const enrol = useMutation({
    mutationFn: () => offer(own, now.namespace, nowMs),
    onSettled: () => queries.invalidateQueries({ queryKey: ["approvers"] }),
  });
  const drop = useMutation({
    mutationFn: () => dropApproverKey(own.publicKey.kid),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["approver-keys"] }),
  });
  return (
    <section className="keycard" aria-label={`Key of ${own.person}`}>
      <h2>{own.person}</h2>
      <p className="meta">
        <Digest value={own.publicKey.kid} label="key id" />
        <span>
          made <Ago ms={own.createdAtMs} />
        </span>
      </p>
      <div aria-live="polite">
        {enrolled !== undefined && !enrolled.revoked && (
          <Said tone="good" icon="check">
            Enrolled. You can approve with it.
          </Said>
        )}
        {enrolled?.revoked === true && (
          <Said tone="bad" icon="cross">
            Revoked. It counts for nothing any more.
          </Said>
        )}
        {enrolled === undefined && pending !== undefined && (
          <div className="enrol">
            <Said tone="waiting" icon="clock">
              Waits for a confirmation, {spanText(Math.max(0, pending.expiresMs - nowMs))} left. An enrolled approver
              runs, in a shell:
            </Said>
            <pre className="command" tabIndex={0}>
              {commandText(`enrol --confirm ${pending.code}`, now.demo)}
            </pre>
            <p className="quiet">
              The command shows the person and this key id; they must be the ones above. This page notices by itself
              when it is done.
            </p>
          </div>
        )}
        {enrolled === undefined && pending === undefined && (
          <Said tone="waiting" icon="question">
            Not enrolled: it was never offered here, or its code ran out.
          </Said>
        )}
      </div>
      {enrol.error !== null && <Trouble error={enrol.error} />}
      <div className="row">
        {enrolled === undefined && pending === undefined && (
          <button type="button" className="primary" onClick={() => enrol.mutate()} disabled={enrol.isPending}>
            Offer it for enrolment
          </button>
        )}
        <button type="button" onClick={() => drop.mutate()}>
          Drop this key
        </button>
      </div>
    </section>
  );
}

function NewKey(props: {
  readonly approvers: Approvers;
  readonly approvals: readonly ApprovalView[];
  readonly now: Now;
  readonly first: boolean;
}) {
  const { approvers, approvals, now, first } = props;
  const queries = useQueryClient();
  const machine = useMachine();
  const nowMs = useNowMs();
  const [person, setPerson] = useState("");
  const known = people(approvers, approvals).filter(({ person: id }) => !isFromFounding(id));
  const make = useMutation({
    mutationFn: async () => {
      const key = await createApproverKey(person.trim(), machine.nowMs());
      await queries.invalidateQueries({ queryKey: ["approver-keys"] });
      return offer(key, now.namespace, nowMs);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["approvers"] }),
    onSuccess: () => setPerson(""),
  });
  const form = (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <label htmlFor="person">Who are you? Your person id in the release</label>
      <div className="row">
        <input
          id="person"
          className="wide"
          list="persons"
          value={person}
          onChange={(event) => setPerson(event.target.value)}
          pattern="[a-z0-9][a-z0-9\-]{0,62}"
          autoComplete="off"
          spellCheck={false}
          required
        />
        <datalist id="persons">
          {known.map(({ person: id, name }) => (
            <option key={id} value={id}>
              {name ?? id}
            </option>
          ))}
        </datalist>
        <button type="submit" className={first ? "primary" : ""} disabled={make.isPending || person.trim() === ""}>
          Make a key
        </button>
      </div>
      {known.length > 0 && <p className="quiet">Known here: {known.map(({ person: id }) => id).join(", ")}.</p>}
      {make.error !== null && <Trouble error={make.error} />}
    </form>
  );
  if (first) return <section aria-label="Make a key">{form}</section>;
  return (
    <details className="another">
      <summary>Make another key in this browser</summary>
      {form}
    </details>
  );
}

function Enrolled({ approvers }: { readonly approvers: Approvers }) {
  return (
    <section aria-labelledby="enrolled">
      <h2 id="enrolled">Who is enrolled</h2>
      <ul className="seats">
        {approvers.items.map((approver) => (
          <li key={approver.kid}>
            <strong title={approver.person}>{approverName(approver)}</strong>
            <Digest value={approver.kid} label={`key id of ${approver.person}`} />
            <span className="quiet">
              {approver.revoked ? "revoked" : "since "}
              {!approver.revoked && <Ago ms={approver.enrolledAtMs} />}
            </span>
          </li>
        ))}
      </ul>
      {approvers.items.length === 0 && <p className="quiet">Nobody yet.</p>}
    </section>
  );
}

function people(
  approvers: Approvers,
  approvals: readonly ApprovalView[],
): readonly { readonly person: string; readonly name: string | null }[] {
  const seats = approvals.flatMap(({ pool }) => ("unreachable" in pool ? [] : pool.seats));
  const known = new Map([...approvers.items, ...seats].map(({ person, name }) => [person, name]));
  return [...known]
    .map(([person, name]) => ({ person, name }))
    .toSorted((left, right) => (left.person < right.person ? -1 : 1));
}

async function offer(key: ApproverKey, namespace: string, nowMs: number): Promise<void> {
  await post("/v1/approvers", { possession: await provePossession(key, namespace, nowMs + ENROLMENT_MS) });
}
