import { leafHash } from "@aura/trust";
import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { LOG_PAGE, useLogPages, useNow } from "../queries.ts";
import { href } from "../route.ts";
import type { LoggedEntry } from "../runtime-api.ts";
import { get } from "../runtime-client.ts";
import { missionOfStream } from "../refresh.ts";
import { leafOf } from "../entry-leaf.ts";
import { useLink } from "../use-page.ts";
import { shortened } from "../shortened.ts";
import { Clock, Digest, Heading, Pending, Said } from "./parts.tsx";
import { VerifySection } from "./verify-log.tsx";

export function LogScreen({ id, query }: { readonly id: string | undefined; readonly query: URLSearchParams }) {
  const now = useNow();
  if (now.data === undefined) return <Pending error={now.error} what="the log" />;
  if (id !== undefined) return <EntryScreen seq={Number(id)} />;
  return (
    <>
      <Heading aside={<span className="quiet">{now.data.log.size.toLocaleString("en")} entries</span>}>Log</Heading>
      <VerifySection checkpoint={now.data.log.checkpoint} />
      <Entries size={now.data.log.size} filter={query.get("stream") ?? ""} />
    </>
  );
}

function Entries({ size, filter }: { readonly size: number; readonly filter: string }) {
  const link = useLink();
  const live = useSyncExternalStore(link.subscribe, link.entries);
  const pages = useLogPages(size);
  const loaded = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const all = [...new Map([...loaded, ...live].map((logged) => [logged.seq, logged])).values()].toSorted(
    (left, right) => right.seq - left.seq,
  );
  const shown =
    filter === "" ? all : all.filter(({ entry }) => entry.stream === filter || entry.stream.startsWith(filter));
  const streams = [...new Set(all.map(({ entry }) => topOf(entry.stream)))].toSorted();
  return (
    <section aria-labelledby="entries">
      <div className="heading">
        <h2 id="entries">Entries, newest first</h2>
        <form
          className="aside"
          role="search"
          onSubmit={(event) => {
            event.preventDefault();
            const value = new FormData(event.currentTarget).get("stream");
            location.hash = href("log", undefined, { stream: typeof value === "string" ? value.trim() : "" });
          }}
        >
          <label className="inline">
            Stream begins with{" "}
            <input
              key={filter}
              name="stream"
              list="streams"
              defaultValue={filter}
              placeholder="mission/…"
              autoComplete="off"
              spellCheck={false}
            />
          </label>
          <datalist id="streams">
            {streams.map((stream) => (
              <option key={stream} value={stream} />
            ))}
          </datalist>
          <button type="submit">Filter</button>
          {filter !== "" && <a href={href("log")}>All streams</a>}
        </form>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label="Entries">
        <table className="entries">
          <thead>
            <tr>
              <th scope="col">Entry</th>
              <th scope="col">At</th>
              <th scope="col">Type</th>
              <th scope="col">Stream</th>
              <th scope="col">By</th>
              <th scope="col">Leaf</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((logged) => (
              <EntryRow key={logged.seq} logged={logged} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 && (
        <p className="quiet">{pages.isPending ? "Loading…" : "None of the entries loaded is on such a stream."}</p>
      )}
      {pages.hasNextPage && (
        <button type="button" onClick={() => void pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
          Load {LOG_PAGE} older
        </button>
      )}
    </section>
  );
}

function EntryRow({ logged: { seq, leaf, entry } }: { readonly logged: LoggedEntry }) {
  return (
    <tr>
      <td>
        <a href={href("log", String(seq))}>{seq}</a>
      </td>
      <td>
        <Clock ms={entry.timeMs} />
      </td>
      <td>
        <code>{entry.type}</code>
      </td>
      <td className="stream" title={entry.stream}>
        {streamText(entry.stream)}
      </td>
      <td>{entry.actor.id}</td>
      <td>
        <code className="quiet">{leaf.slice(0, 10)}</code>
      </td>
    </tr>
  );
}

function EntryScreen({ seq }: { readonly seq: number }) {
  const entry = useQuery({
    queryKey: ["entry", seq],
    queryFn: async () => {
      const after = seq === 0 ? "" : `after=${seq - 1}&`;
      const { items } = await get<{ items: readonly LoggedEntry[] }>(`/v1/log?${after}limit=1`);
      return items.find((item) => item.seq === seq) ?? null;
    },
    enabled: Number.isSafeInteger(seq) && seq >= 0,
  });
  if (entry.data === null || !Number.isSafeInteger(seq))
    return <p className="empty">There is no entry {String(seq)}.</p>;
  if (entry.data === undefined) return <Pending error={entry.error} what="the entry" />;
  const logged = entry.data;
  const mission = missionOfStream(logged.entry.stream);
  const fits = leafOf(logged.entry, leafHash) === logged.leaf;
  return (
    <>
      <p className="crumb">
        <a href={href("log")}>Log</a>
      </p>
      <Heading
        aside={
          <nav aria-label="Neighbours" className="row">
            {seq > 0 && <a href={href("log", String(seq - 1))}>Entry {seq - 1}</a>}
            <a href={href("log", String(seq + 1))}>Entry {seq + 1}</a>
          </nav>
        }
      >
        Entry {seq}
      </Heading>
      <p className="meta">
        <code>{logged.entry.type}</code>
        <span>
          version {logged.entry.version} of{" "}
          <a href={href("log", undefined, { stream: logged.entry.stream })}>{logged.entry.stream}</a>
        </span>
        {mission !== undefined && <a href={href("missions", mission)}>See the mission</a>}
      </p>
      {fits ? (
        <Said tone="good" icon="check">
          Its leaf hash, computed here, is the one in the log: <Digest value={logged.leaf} label="leaf hash" />
        </Said>
      ) : (
        <Said tone="bad" icon="cross">
          Its leaf hash, computed here, is not the one in the log. Verify the log.
        </Said>
      )}
      <pre className="raw" tabIndex={0} aria-label="The entry">
        {JSON.stringify(logged.entry, null, 2)}
      </pre>
      <p className="quiet">
        Texts (arguments, results, reasons) stand outside the log; the entry holds commitments to them under payloads.
      </p>
    </>
  );
}

/** A stream with its id in short: the rest of the name is what tells entries apart. */
function streamText(stream: string): string {
  const [kind, id, ...others] = stream.split("/");
  return [kind, id === undefined ? undefined : shortened(id), ...others].filter((part) => part !== undefined).join("/");
}

/** `mission/<id>/call/1.2` under `mission/<id>`: what people filter by. */
function topOf(stream: string): string {
  return stream.split("/").slice(0, 2).join("/");
}
