import { useMutation } from "@tanstack/react-query";
import { alterDigit } from "../alter-digit.ts";
import type { ApprovalView } from "../runtime-api.ts";
import { post, ProblemError } from "../runtime-client.ts";
import { type ApproverKey, signAlteredVote } from "../signing-key.ts";
import { Said, Trouble } from "./parts.tsx";

/** For a demo: signs the request with one digit of its amount changed, with a key that counts, and sends exactly that. */
export function AlteredVote({
  approval,
  signingKey,
}: {
  readonly approval: ApprovalView;
  readonly signingKey: ApproverKey;
}) {
  const given = approval.arguments?.["amount"];
  const amount = typeof given === "string" ? given : "";
  const altered = alterDigit(approval.shown, amount);
  const send = useMutation({
    mutationFn: async (text: string) => {
      const jws = await signAlteredVote(signingKey, approval, text);
      await post(`/v1/approvals/${encodeURIComponent(approval.id)}/votes`, { person: signingKey.person, jws });
    },
  });
  if (altered === undefined) return null;
  const refused = send.error instanceof ProblemError ? send.error.problem : undefined;
  return (
    <section className="altered" aria-labelledby="altered">
      <h3 id="altered">Try to cheat</h3>
      <p className="quiet">
        Sign this request with one digit changed, {altered.amount} instead of {amount}, with your real key, and send it.
      </p>
      <button type="button" disabled={send.isPending} onClick={() => send.mutate(altered.text)}>
        Send a vote for {altered.amount}
      </button>
      <div aria-live="polite">
        {refused !== undefined && (
          <div className="verdict tone-good">
            <Said tone="good" icon="check">
              <strong>Refused.</strong> {refused.detail}
            </Said>
            <p className="quiet">
              <code>{refused.code}</code> Nothing was paid; the request waits as it was.
            </p>
          </div>
        )}
        {send.isSuccess && (
          <Said tone="bad" icon="cross">
            It was taken. That must never happen.
          </Said>
        )}
      </div>
      {send.error !== null && refused === undefined && <Trouble error={send.error} />}
    </section>
  );
}
