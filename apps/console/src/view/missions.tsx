import { useMissions } from "../queries.ts";
import { href } from "../route.ts";
import { MISSION_FILTERS, parseFilter, passesFilter, spoken } from "../status.ts";
import { MissionLine } from "./now.tsx";
import { Heading, Pending } from "./parts.tsx";

export function MissionsScreen({ query }: { readonly query: URLSearchParams }) {
  const missions = useMissions();
  const show = parseFilter(query.get("show"));
  const agent = query.get("agent") ?? "";
  const all = missions.data?.pages.flatMap(({ items }) => items) ?? [];
  const agents = [...new Set(all.map((mission) => mission.agent))].toSorted();
  const shown = all.filter((mission) => passesFilter(mission, show) && (agent === "" || mission.agent === agent));
  return (
    <>
      <Heading
        aside={
          agents.length > 1 && (
            <label className="inline">
              Agent{" "}
              <select
                value={agent}
                onChange={(event) => {
                  location.hash = href("missions", undefined, {
                    show: show === "all" ? "" : show,
                    agent: event.target.value,
                  });
                }}
              >
                <option value="">all</option>
                {agents.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          )
        }
      >
        Missions
      </Heading>
      <nav aria-label="Filter" className="filters">
        <ul>
          {MISSION_FILTERS.map((filter) => (
            <li key={filter}>
              <a
                href={href("missions", undefined, { show: filter === "all" ? "" : filter, agent })}
                aria-current={filter === show ? "true" : undefined}
              >
                {spoken(filter)}
                <span className="count">{all.filter((mission) => passesFilter(mission, filter)).length}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {missions.data === undefined ? (
        <Pending error={missions.error} what="missions" />
      ) : shown.length === 0 ? (
        <p className="empty">{all.length === 0 ? "No mission was launched yet." : "No mission is like that."}</p>
      ) : (
        <ul className="lines">
          {shown.map((mission) => (
            <MissionLine key={mission.id} mission={mission} />
          ))}
        </ul>
      )}
      {missions.hasNextPage && (
        <button type="button" onClick={() => void missions.fetchNextPage()} disabled={missions.isFetchingNextPage}>
          Load older missions
        </button>
      )}
    </>
  );
}
