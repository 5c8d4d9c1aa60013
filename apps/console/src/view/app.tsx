import { useEffect, useRef, useState } from "react";
import { useApprovals, useNow } from "../queries.ts";
import { codeInFragment, href, type Route } from "../route.ts";
import type { Machine } from "../machine.ts";
import type { LinkState, RuntimeLink } from "../runtime-link.ts";
import { spanText } from "../time-text.ts";
import {
  ClockContext,
  LinkContext,
  MachineContext,
  useLink,
  useLinkState,
  useMachine,
  useMachineNowMs,
  useRoute,
} from "../use-page.ts";
import { shortened } from "../shortened.ts";
import { ApprovalsScreen } from "./approvals.tsx";
import { KeyScreen } from "./key.tsx";
import { LogScreen } from "./log.tsx";
import { LoginScreen, openSession } from "./login.tsx";
import { MissionScreen } from "./mission.tsx";
import { MissionsScreen } from "./missions.tsx";
import { NowScreen } from "./now.tsx";
import { Icon } from "./parts.tsx";

/** A code in the address is used once and taken out of the address before anything is sent. */
function takeCode(): string | undefined {
  const code = codeInFragment(location.hash);
  if (code !== undefined) history.replaceState(null, "", `${location.pathname}#/now`);
  return code;
}

let firstCode: string | undefined = takeCode();

export function App({ link, machine }: { readonly link: RuntimeLink; readonly machine: Machine }) {
  const state = useLinkState(link);
  const [refused, setRefused] = useState<Error>();
  useEffect(() => {
    const enter = (code: string | undefined): void => {
      if (code === undefined) return link.connect();
      void openSession(code).then(
        () => {
          setRefused(undefined);
          link.connect();
        },
        (error: unknown) => {
          setRefused(error instanceof Error ? error : new Error(String(error)));
          link.connect(); // an older session may still be good
        },
      );
    };
    enter(firstCode);
    firstCode = undefined;
    const onHash = (): void => {
      if (codeInFragment(location.hash) !== undefined) enter(takeCode());
    };
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, [link]);
  return (
    <MachineContext value={machine}>
      <LinkContext value={link}>
        {state.kind === "no_session" ? (
          <LoginScreen refused={refused} onEntered={link.connect} />
        ) : state.kind === "connecting" ? (
          <p className="starting">Connecting to the runtime…</p>
        ) : (
          <Shell state={state} />
        )}
      </LinkContext>
    </MachineContext>
  );
}

const PLACES = [
  ["now", "Now"],
  ["missions", "Missions"],
  ["approvals", "Approvals"],
  ["log", "Log"],
] as const;

function Shell({ state }: { readonly state: LinkState }) {
  const route = useRoute();
  const now = useNow();
  const main = useRef<HTMLElement>(null);
  const pending = now.data?.approvals.pending ?? 0;
  const place = `${route.screen}/${route.id ?? ""}`;
  useFocusOnPlace(main, place);
  useTitle(route, pending);
  const ahead = useClockAhead(now.data?.nowMs);
  return (
    <ClockContext value={ahead}>
      <a className="skip" href="#main" onClick={(event) => skipTo(event, main.current)}>
        Skip to the content
      </a>
      <div className="shell">
        <header className="side">
          <p className="brand">
            <span className="wordmark">AURA</span>
            <span className="namespace" title={now.data?.namespace}>
              {shortened(now.data?.namespace ?? "")}
            </span>
          </p>
          <nav aria-label="Screens">
            <ul>
              {PLACES.map(([screen, name]) => (
                <li key={screen}>
                  <a href={href(screen)} aria-current={route.screen === screen ? "page" : undefined}>
                    {name}
                    {screen === "approvals" && pending > 0 && (
                      <span className="count">
                        {pending}
                        <span className="hidden"> waiting</span>
                      </span>
                    )}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <div className="foot">
            <a href={href("key")} aria-current={route.screen === "key" ? "page" : undefined}>
              Your key
            </a>
            <LinkMark state={state} />
          </div>
        </header>
        <div className="body">
          <Banner state={state} />
          <main ref={main} id="main" tabIndex={-1}>
            <Screen route={route} />
          </main>
        </div>
      </div>
      <NewApprovals />
    </ClockContext>
  );
}

function Screen({ route }: { readonly route: Route }) {
  switch (route.screen) {
    case "now":
      return <NowScreen />;
    case "missions":
      return route.id === undefined ? (
        <MissionsScreen query={route.query} />
      ) : (
        <MissionScreen key={route.id} id={route.id} query={route.query} />
      );
    case "approvals":
      return <ApprovalsScreen id={route.id} />;
    case "log":
      return <LogScreen id={route.id} query={route.query} />;
    case "key":
      return <KeyScreen />;
  }
}

function LinkMark({ state }: { readonly state: LinkState }) {
  if (state.kind === "live") {
    return (
      <p className="link tone-good" title={`version ${state.health.version}`}>
        <Icon name="dot" />
        <span>
          Live <span className="quiet">pid {state.health.pid}</span>
        </span>
      </p>
    );
  }
  return (
    <p className="link tone-bad">
      <Icon name="cross" />
      <span>Not connected</span>
    </p>
  );
}

/** How long the good news stays. */
const BACK_SHOWN_MS = 20_000;

function Banner({ state }: { readonly state: LinkState }) {
  const link = useLink();
  const here = useMachineNowMs(500);
  const back =
    state.kind === "live" && state.back !== undefined && here - state.back.atMs < BACK_SHOWN_MS
      ? state.back
      : undefined;
  return (
    <div role="status" className="banner-place">
      {state.kind === "gone" && (
        <div className="banner tone-bad">
          <Icon name="cross" />
          <p>
            <strong>The runtime is gone.</strong>{" "}
            {state.pid === null ? "It does not answer." : `Process ${state.pid} does not answer any more.`} What you see
            is what was last known.
          </p>
          <p className="quiet" aria-hidden="true">
            Gone for {spanText(here - state.sinceMs)}, try {state.attempt}
            {here < state.nextMs ? `, next in ${spanText(Math.max(0, state.nextMs - here))}` : ""}
          </p>
          <button type="button" onClick={link.connect}>
            Try now
          </button>
        </div>
      )}
      {back !== undefined && state.kind === "live" && (
        <div className="banner tone-good">
          <Icon name="check" />
          <p>
            <strong>The runtime is back</strong> after {spanText(back.afterMs)}
            {back.pidBefore === state.health.pid
              ? ""
              : `: process ${back.pidBefore} died, process ${state.health.pid} took over`}
            . The log goes on at entry {back.size.toLocaleString("en")}.
          </p>
        </div>
      )}
    </div>
  );
}

/** Says a new request for approval to people who do not see the number change. */
function NewApprovals() {
  const approvals = useApprovals();
  const known = useRef<ReadonlySet<string> | undefined>(undefined);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (approvals.data === undefined) return;
    const before = known.current;
    known.current = new Set(approvals.data.map(({ id }) => id));
    const fresh = before === undefined ? [] : approvals.data.filter(({ id }) => !before.has(id));
    const [first] = fresh;
    if (first === undefined) return;
    const what = first.tool === null ? "a mission" : first.tool;
    setSaid(fresh.length === 1 ? `New approval: ${first.agent} asks for ${what}.` : `${fresh.length} new approvals.`);
  }, [approvals.data]);
  return (
    <div className="hidden" aria-live="polite" data-testid="new-approvals">
      {said}
    </div>
  );
}

function useFocusOnPlace(main: React.RefObject<HTMLElement | null>, place: string): void {
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo(0, 0);
    main.current?.querySelector("h1")?.focus({ preventScroll: true });
  }, [main, place]);
}

function useTitle(route: Route, pending: number): void {
  useEffect(() => {
    const name = PLACES.find(([screen]) => screen === route.screen)?.[1] ?? "Your key";
    document.title = `${pending > 0 ? `(${pending}) ` : ""}${name} · AURA`;
  }, [route.screen, pending]);
}

function useClockAhead(storeMs: number | undefined): number {
  const machine = useMachine();
  const [ahead, setAhead] = useState(0);
  useEffect(() => {
    if (storeMs === undefined) return;
    const measured = storeMs - machine.nowMs();
    setAhead((before) => (Math.abs(measured - before) > 2_000 ? measured : before)); // what a request takes is not a difference of clocks
  }, [machine, storeMs]);
  return ahead;
}

function skipTo(event: React.MouseEvent, main: HTMLElement | null): void {
  event.preventDefault(); // the fragment is the address of the screen
  main?.focus();
}
