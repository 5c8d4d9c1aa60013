import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { CallSummary } from "../runtime-api.ts";
import { post } from "../runtime-client.ts";
import { settleChoices, type Settlement } from "../settle-choices.ts";
import { Trouble } from "./parts.tsx";

const WORDS: Readonly<Record<Settlement, string>> = {
  succeeded: "It happened",
  failed: "It did not happen",
  unresolved: "It cannot be learned",
  retry: "Try it again",
};

/** What only a person can say of a call, with their name in the log. Nothing where nobody is asked. */
export function SettleCall({ call, mission }: { readonly call: CallSummary; readonly mission: string }) {
  const queries = useQueryClient();
  const settle = useMutation({
    mutationFn: (as: Settlement) =>
      post(`/v1/missions/${encodeURIComponent(mission)}/calls/${encodeURIComponent(call.key)}/resolve`, { as }),
    onSettled: () => queries.invalidateQueries(),
  });
  const choices = settleChoices(call);
  if (choices.length === 0) return null;
  return (
    <section className="settle" aria-label={`Settle ${call.key}`}>
      <h3>{call.compensates === null ? "Nobody knows whether it happened" : "The undo is stuck"}</h3>
      <p className="quiet">
        {call.compensates === null
          ? "Look at the tool itself, then say what you found. It is recorded under your name and cannot be taken back."
          : "Have it tried again, or look at the tool itself and say what you found. It is recorded under your name."}
      </p>
      <div className="row">
        {choices.map((as) => (
          <button key={as} type="button" disabled={settle.isPending} onClick={() => settle.mutate(as)}>
            {WORDS[as]}
          </button>
        ))}
      </div>
      {settle.error !== null && <Trouble error={settle.error} />}
    </section>
  );
}
