import { useMutation } from "@tanstack/react-query";
import { loadEvidence } from "../kept-evidence.ts";
import { useCheckpoint } from "../queries.ts";
import { getBytes } from "../runtime-client.ts";
import { spoken } from "../status.ts";
import { type ReceiptVerification, verifyReceiptBytes } from "../verify.ts";
import { Digest, Said, Trouble } from "./parts.tsx";

export function ReceiptSection({ mission }: { readonly mission: string }) {
  const checkpoint = useCheckpoint();
  const path = `/v1/missions/${encodeURIComponent(mission)}/receipt`;
  const verifierKey = loadEvidence(localStorage)?.verifierKey ?? checkpoint.data?.verifierKey;
  const verify = useMutation({
    mutationFn: async () => {
      if (verifierKey === undefined) throw new Error("There is no verifier key yet.");
      return verifyReceiptBytes({ bytes: await getBytes(path), verifierKey });
    },
  });
  return (
    <section aria-labelledby="receipt">
      <h2 id="receipt">Receipt</h2>
      <p className="lead">
        One file that proves what this mission did, offline: every entry it wrote, their places in the signed log, the
        outcome.
      </p>
      <div className="row">
        <a className="button" href={path} download={`${mission}.receipt.json`}>
          Download
        </a>
        <button type="button" onClick={() => verify.mutate()} disabled={verify.isPending || verifierKey === undefined}>
          Verify it here
        </button>
      </div>
      {verify.error !== null && <Trouble error={verify.error} />}
      <div aria-live="polite">{verify.data !== undefined && <ReceiptVerdict verification={verify.data} />}</div>
    </section>
  );
}

function ReceiptVerdict({ verification }: { readonly verification: ReceiptVerification }) {
  if (!verification.ok) {
    return (
      <div className="verdict tone-bad">
        <Said tone="bad" icon="cross">
          <strong>It does not hold:</strong> {verification.what}
        </Said>
        <p>{verification.why}</p>
        <p>{verification.fix}</p>
      </div>
    );
  }
  const { entries, streams, size, root, outcome, payloads, quorum, custody, votes } = verification;
  return (
    <div className="verdict tone-good">
      <Said tone="good" icon="check">
        <strong>It holds.</strong> {spoken(outcome.kind)}: {entries} entries on {streams} streams, all of them, in a
        signed log of {size.toLocaleString("en")}.
      </Said>
      <p className="quiet">
        {payloads.opened} payloads opened and matched, {payloads.closed} closed.{" "}
        {votes !== null && votes > 0 && `${votes === 1 ? "One signed vote" : `${votes} signed votes`} verified. `}
        Custody: {custody.join(", ")}. Quorum {quorum}. Root <Digest value={root} label="root" /> No witness has
        countersigned it.
      </p>
    </div>
  );
}
