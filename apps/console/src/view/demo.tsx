import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useDemo } from "../queries.ts";
import { href } from "../route.ts";
import type { DemoScene, LedgerRow } from "../runtime-api.ts";
import { post } from "../runtime-client.ts";
import { sceneShows } from "../scene-texts.ts";
import { spoken, type Status } from "../status.ts";
import { Clock, Pending, StatusMark, Trouble } from "./parts.tsx";

const STATES: Readonly<Record<string, Status>> = {
  idle: { word: "Not run yet", icon: "dot", tone: "quiet" },
  ready: { word: "Not run yet", icon: "dot", tone: "quiet" },
  running: { word: "Running", icon: "play", tone: "running" },
  waiting: { word: "Waits for you", icon: "person", tone: "waiting" },
  done: { word: "Done", icon: "check", tone: "good" },
  failed: { word: "Failed", icon: "cross", tone: "bad" },
};
/** The scene that happens on the log screen. */
const VERIFY_SCENE = 6;
/** The scene in which the runtime is killed. */
const KILL_SCENE = 5;

export function DemoScenes() {
  const demo = useDemo(true);
  if (demo.data === undefined) return <Pending error={demo.error} what="the scenes" />;
  const { scenes, ledger, without } = demo.data;
  return (
    <section aria-labelledby="demo">
      <h2 id="demo">The demo, in {scenes.length} scenes</h2>
      <p className="lead">
        A shop's back office. Processes, ledger, signatures and kills are real; the model follows a script.
      </p>
      <ol className="scenes">
        {scenes.map((scene) => (
          <SceneCard key={scene.n} scene={scene} />
        ))}
      </ol>
      <div className="ledgers">
        <Ledger title="The ledger with AURA" rows={ledger} />
        <Ledger title="The ledger without AURA" rows={without} />
      </div>
    </section>
  );
}

function SceneCard({ scene }: { readonly scene: DemoScene }) {
  const queries = useQueryClient();
  const run = useMutation({
    mutationFn: () => post(`/v1/demo/scenes/${scene.n}`, {}),
    onSettled: () => queries.invalidateQueries({ queryKey: ["demo"] }),
  });
  const status = STATES[scene.state] ?? { word: spoken(scene.state), icon: "dot", tone: "quiet" };
  const again = scene.missions.length > 0 || scene.state === "done";
  const busy = run.isPending || scene.state === "running";
  return (
    <li className="scene">
      <h3>
        <span className="number">{scene.n}</span>
        {scene.title}
      </h3>
      <p>{sceneShows(scene.n)}</p>
      {scene.said.length > 0 && (
        <ul className="told">
          {scene.said.map((line, index) => (
            // eslint-disable-next-line react/no-array-index-key -- lines are only ever added at the end
            <li key={index}>{line}</li>
          ))}
        </ul>
      )}
      {run.error !== null && <Trouble error={run.error} />}
      <div className="row">
        {scene.n !== VERIFY_SCENE && <StatusMark status={status} />}
        <span className="grow" />
        {scene.missions.slice(-1).map((id) => (
          <a key={id} href={href("missions", id)}>
            Open mission
          </a>
        ))}
        {scene.n === VERIFY_SCENE && <a href={href("log")}>Open the log</a>}
        {scene.n !== VERIFY_SCENE && (
          <button
            type="button"
            disabled={busy}
            onClick={() => run.mutate()}
            aria-label={`${again ? "Run again" : "Run"} scene ${scene.n}: ${scene.title}`}
          >
            {again ? "Run again" : "Run"}
          </button>
        )}
      </div>
      {scene.n === KILL_SCENE && <KillButton />}
    </li>
  );
}

/** The process is gone before it can answer: no answer is the answer that was asked for. */
function KillButton() {
  const kill = useMutation({ mutationFn: () => post("/v1/demo/kill", {}).catch(() => null) });
  return (
    <button type="button" className="danger" onClick={() => kill.mutate()}>
      kill -9 the runtime now
    </button>
  );
}

function Ledger({ title, rows }: { readonly title: string; readonly rows: readonly LedgerRow[] }) {
  return (
    <table className="ledger">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Kind</th>
          <th scope="col">Payee</th>
          <th scope="col" className="number">
            Amount
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className={row.note === undefined ? undefined : "noted"}>
            <td>
              <Clock ms={row.atMs} />
            </td>
            <td>{row.kind}</td>
            <td>
              {row.payee}
              {row.note !== undefined && <strong className="tone-bad"> {row.note}</strong>}
            </td>
            <td className="number">
              {row.amount} {row.currency}
            </td>
          </tr>
        ))}
        {rows.length === 0 && (
          <tr>
            <td colSpan={4} className="quiet">
              No money has moved.
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
