import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ALTERATIONS, type Alteration, alterExport } from "../alter-export.ts";
import {
  firstSeen,
  type Fit,
  fitOf,
  forgetEvidence,
  type KeptEvidence,
  loadEvidence,
  saveEvidence,
  verifiedUpTo,
} from "../kept-evidence.ts";
import { useCheckpoint } from "../queries.ts";
import type { SignedCheckpoint } from "../runtime-api.ts";
import { getBytes } from "../runtime-client.ts";
import { spanText } from "../time-text.ts";
import { type LogVerification, noteOfExport, verifyExport } from "../verify.ts";
import { Ago, Digest, Said, Trouble } from "./parts.tsx";
import { useMachine } from "../use-page.ts";

interface Verdict {
  readonly verification: LogVerification;
  /** What was done to the copy first; `null` if it was verified as it came. */
  readonly altered: string | null;
  readonly bytes: number;
  readonly tookMs: number;
  readonly against: number | null;
}

const ALTERATION_NAMES: Readonly<Record<Alteration, string>> = {
  flip: "Flip a byte",
  drop: "Take an entry out",
  swap: "Swap two entries",
  cut: "Cut off the newest",
};

export function VerifySection({ checkpoint }: { readonly checkpoint: SignedCheckpoint | null }) {
  const machine = useMachine();
  const shown = useCheckpoint();
  const [kept, setKept] = useState<KeptEvidence | undefined>(() => loadEvidence(localStorage));
  const [share, setShare] = useState(0);
  useEffect(() => {
    if (kept !== undefined || shown.data === undefined) return;
    const first = firstSeen(shown.data.note, shown.data.verifierKey, machine.nowMs());
    if (first === undefined) return;
    saveEvidence(localStorage, first);
    setKept(first);
  }, [machine, kept, shown.data]);
  const verify = useMutation({
    mutationFn: async (alteration: Alteration | undefined): Promise<Verdict> => {
      if (kept === undefined) throw new Error("The log has no signed checkpoint yet.");
      setShare(0);
      const bytes = await getBytes("/v1/log/export");
      const altered = alteration === undefined ? undefined : alterExport(bytes, alteration, machine.share());
      if (alteration !== undefined && altered === undefined) throw new Error("The log is too short for that.");
      const startedMs = machine.nowMs();
      const since = kept.note === null ? {} : { since: kept.note };
      const verification = await verifyExport(
        { bytes: altered?.bytes ?? bytes, verifierKey: kept.verifierKey, ...since },
        setShare,
      );
      const note = noteOfExport(bytes);
      if (verification.ok && altered === undefined && note !== undefined) {
        const next = verifiedUpTo(kept, { ...verification, note }, machine.nowMs());
        saveEvidence(localStorage, next);
        setKept(next);
      }
      return {
        verification,
        altered: altered?.said ?? null,
        bytes: bytes.length,
        tookMs: machine.nowMs() - startedMs,
        against: kept.note === null ? null : kept.size,
      };
    },
  });
  const forget = (): void => {
    forgetEvidence(localStorage);
    setKept(undefined);
    verify.reset();
  };
  return (
    <section aria-labelledby="verify" className="verify">
      <h2 id="verify">Verify it yourself</h2>
      <p className="lead">
        Downloads the whole log and verifies it in this browser: every hash, every chain, the tree, the signature, and
        that it still starts with what this browser saw before.
      </p>
      <div className="row">
        <button
          type="button"
          className="primary"
          disabled={verify.isPending || kept === undefined}
          onClick={() => verify.mutate(undefined)}
        >
          Verify the log
        </button>
        {ALTERATIONS.map((alteration) => (
          <button
            key={alteration}
            type="button"
            disabled={verify.isPending || kept === undefined}
            onClick={() => verify.mutate(alteration)}
          >
            {ALTERATION_NAMES[alteration]}
          </button>
        ))}
      </div>
      <p className="quiet">The last four alter the downloaded copy first, never the log.</p>
      {verify.isPending && <progress aria-label="Verifying" value={share} max={1} />}
      <Alarm fit={shown.data === undefined ? undefined : fitOf(kept, shown.data)} />
      {verify.error !== null && <Trouble error={verify.error} />}
      <div aria-live="polite">
        {verify.data !== undefined && <VerdictView verdict={verify.data} checkpoint={checkpoint} />}
      </div>
      <Remembered kept={kept} onForget={forget} />
    </section>
  );
}

function VerdictView({
  verdict,
  checkpoint,
}: {
  readonly verdict: Verdict;
  readonly checkpoint: SignedCheckpoint | null;
}) {
  const { verification, altered } = verdict;
  if (!verification.ok) {
    return (
      <div className="verdict tone-bad">
        {altered !== null && <p>{altered}</p>}
        <Said tone="bad" icon="cross">
          <strong>{altered === null ? "It does not hold:" : "It shows:"}</strong> {verification.what}
        </Said>
        <p>{verification.why}</p>
        <p className="quiet">
          <code>{verification.reason}</code>
          {altered === null ? ` ${verification.fix}` : " Only the copy was altered. The log itself is as it was."}
        </p>
      </div>
    );
  }
  return (
    <div className="verdict tone-good">
      {altered !== null && <p>{altered}</p>}
      <Said tone="good" icon="check">
        <strong>It holds.</strong> {verification.size.toLocaleString("en")} entries on {verification.streams} streams,
        each where it was signed.
      </Said>
      <dl className="members">
        <div>
          <dt>root</dt>
          <dd>
            <Digest value={verification.root} label="root" />
          </dd>
        </div>
        <div>
          <dt>signed</dt>
          <dd>{checkpoint === null ? "unknown" : <Ago ms={checkpoint.atMs} />}</dd>
        </div>
        <div>
          <dt>starts with</dt>
          <dd>
            {verdict.against === null
              ? "nothing older to compare"
              : `the ${verdict.against.toLocaleString("en")} entries that this browser knew`}
          </dd>
        </div>
        <div>
          <dt>founded by</dt>
          <dd>
            {verification.founding.by === "log_key"
              ? "the log's own key: no root stands above it"
              : "a root key that this browser does not know"}
          </dd>
        </div>
        <div>
          <dt>work</dt>
          <dd>
            {(verdict.bytes / 1024).toFixed(0)} kB in {spanText(verdict.tookMs)}
          </dd>
        </div>
      </dl>
    </div>
  );
}

const FITS: Readonly<Record<Fit, string | undefined>> = {
  first: undefined,
  known: undefined,
  newer: undefined,
  other_key:
    "The log is signed by another key now than the one this browser knows. Either it was founded anew, or this is not the log it says it is.",
  forged: "The checkpoint that the runtime shows does not verify.",
  smaller: "The log was cut: it now covers less than this browser saw signed before.",
  contradicts: "The log was rewritten: for the same size it now has another root than this browser saw signed before.",
};

/** What the newest checkpoint alone tells already, before anything is downloaded. */
function Alarm({ fit }: { readonly fit: Fit | undefined }) {
  const alarm = fit === undefined ? undefined : FITS[fit];
  if (alarm === undefined) return null;
  return (
    <div role="alert" className="verdict tone-bad">
      <Said tone="bad" icon="cross">
        <strong>{alarm}</strong>
      </Said>
    </div>
  );
}

function Remembered({ kept, onForget }: { readonly kept: KeptEvidence | undefined; readonly onForget: () => void }) {
  if (kept === undefined) return <p className="quiet">This browser has not seen a checkpoint of this log yet.</p>;
  return (
    <div className="remembered">
      <p className="quiet">
        This browser remembers key <Digest value={kept.verifierKey} label="verifier key" /> since{" "}
        <Ago ms={kept.keySinceMs} />
        {kept.note !== null && (
          <>
            {" "}
            and a checkpoint of {kept.size.toLocaleString("en")} entries,{" "}
            {kept.verifiedAtMs === null ? "seen" : "verified"} <Ago ms={kept.verifiedAtMs ?? kept.noteSinceMs} />
          </>
        )}
        . Compare the key with the one that the runtime printed.{" "}
        <button type="button" className="bare" onClick={onForget}>
          forget
        </button>
      </p>
    </div>
  );
}
