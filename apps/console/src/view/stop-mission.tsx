import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useRef, useState } from "react";
import { objectiveText } from "../kept-text.ts";
import type { MissionView } from "../runtime-api.ts";
import { post } from "../runtime-client.ts";
import { Trouble } from "./parts.tsx";

/** Stopping cannot be taken back: the agent's name is typed first. */
export function StopMission({ mission }: { readonly mission: MissionView }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const queries = useQueryClient();
  const [compensation, setCompensation] = useState<"run" | "hold">("run");
  const [scope, setScope] = useState<"mission" | "agent">("mission");
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const stop = useMutation({
    mutationFn: () =>
      scope === "mission"
        ? post(`/v1/missions/${encodeURIComponent(mission.id)}/stop`, { compensation, reason })
        : post("/v1/stop", { scope, agent: mission.agent, compensation, reason }),
    onSuccess: async () => {
      dialog.current?.close();
      await queries.invalidateQueries();
    },
  });
  const ready = typed === mission.agent && reason.trim() !== "" && !stop.isPending;
  return (
    <>
      <button type="button" className="danger" onClick={() => dialog.current?.showModal()}>
        Stop…
      </button>
      <dialog ref={dialog} aria-labelledby={`${id}-title`}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) stop.mutate();
          }}
        >
          <h2 id={`${id}-title`}>{scope === "mission" ? "Stop this mission" : `Stop ${mission.agent}`}</h2>
          <p>{objectiveText(mission)}</p>
          <fieldset>
            <legend>What stops</legend>
            <label>
              <input
                type="radio"
                name={`${id}-scope`}
                checked={scope === "mission"}
                onChange={() => setScope("mission")}
              />
              This mission alone
            </label>
            <label>
              <input type="radio" name={`${id}-scope`} checked={scope === "agent"} onChange={() => setScope("agent")} />
              Every open mission of {mission.agent}
            </label>
          </fieldset>
          <fieldset>
            <legend>What it did already</legend>
            <label>
              <input
                type="radio"
                name={`${id}-compensation`}
                checked={compensation === "run"}
                onChange={() => setCompensation("run")}
              />
              Undo it: compensations run, newest first
            </label>
            <label>
              <input
                type="radio"
                name={`${id}-compensation`}
                checked={compensation === "hold"}
                onChange={() => setCompensation("hold")}
              />
              Leave it as it is: nothing more is sent, undo included
            </label>
          </fieldset>
          <label htmlFor={`${id}-reason`}>Reason, for the log</label>
          <input
            id={`${id}-reason`}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            autoComplete="off"
            required
          />
          <label htmlFor={`${id}-typed`}>
            Type <code>{mission.agent}</code> to stop it
          </label>
          <input
            id={`${id}-typed`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            required
          />
          {stop.error !== null && <Trouble error={stop.error} />}
          <div className="row end">
            <button type="button" onClick={() => dialog.current?.close()}>
              Keep it running
            </button>
            <button type="submit" className="danger" disabled={!ready}>
              {scope === "mission" ? "Stop the mission" : "Stop the agent"}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
