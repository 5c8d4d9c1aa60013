import type { JsonObject, JsonValue } from "@aura/trust";
import type { ReactNode } from "react";
import { useState } from "react";
import { lostStatus } from "../kept-text.ts";
import type { Lost } from "../runtime-api.ts";
import { ProblemError, UnreachableError } from "../runtime-client.ts";
import { shortened } from "../shortened.ts";
import type { IconName, Status, Tone } from "../status.ts";
import { ageText, clockText, instantText } from "../time-text.ts";
import { useNowMs } from "../use-page.ts";

/** Drawn on 16 units; the word beside it says the same, so it is hidden from readers of the text. */
const ICONS: Readonly<Record<IconName, string>> = {
  check: "M3.5 8.5 6.5 11.5 12.5 4.5",
  cross: "M4.5 4.5l7 7m0-7l-7 7",
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 5v3.2l2.2 1.3",
  play: "M5.5 4l6 4-6 4z",
  dot: "M8 6.5a1.5 1.5 0 1 0 0 3a1.5 1.5 0 1 0 0-3",
  stop: "M4.5 4.5h7v7h-7z",
  question: "M5.8 6.2a2.2 2.2 0 1 1 3.1 2c-.6.3-.9.7-.9 1.4M8 12v.2",
  undo: "M6 4 3 7l3 3M3 7h6.5a3 3 0 0 1 0 6H8",
  repeat: "M12.5 7A4.7 4.7 0 0 0 4 5.4M3.5 9a4.7 4.7 0 0 0 8.5 1.6M4 2.6v2.8h2.8M12 13.4v-2.8H9.2",
  person: "M8 3a2.3 2.3 0 1 0 0 4.6A2.3 2.3 0 1 0 8 3M3.5 13c.5-2.4 2.2-3.6 4.5-3.6s4 1.2 4.5 3.6",
};

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={ICONS[name]} />
    </svg>
  );
}

export function StatusMark({ status, children }: { readonly status: Status; readonly children?: ReactNode }) {
  return (
    <span className={`status tone-${status.tone}`}>
      <Icon name={status.icon} />
      {children ?? status.word}
    </span>
  );
}

export function Said({
  tone,
  icon,
  children,
}: {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly children: ReactNode;
}) {
  return (
    <p className={`said tone-${tone}`}>
      <Icon name={icon} />
      <span>{children}</span>
    </p>
  );
}

export function Ago({ ms }: { readonly ms: number }) {
  const nowMs = useNowMs();
  return (
    <time dateTime={new Date(ms).toISOString()} title={instantText(ms)}>
      {ageText(ms, nowMs)}
    </time>
  );
}

export function Clock({ ms }: { readonly ms: number }) {
  return (
    <time dateTime={new Date(ms).toISOString()} title={instantText(ms)}>
      {clockText(ms)}
    </time>
  );
}

/** A hash or id: its beginning, whole in the title, and copied by a button. */
export function Digest({ value, label }: { readonly value: string; readonly label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(value).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <span className="digest">
      <code title={value}>{shortened(value)}</code>
      <button type="button" className="bare" onClick={copy} aria-label={`Copy ${label}`}>
        {copied ? "copied" : "copy"}
      </button>
    </span>
  );
}

/** An object as lines of name and value; whatever is deeper stays JSON. */
export function Members({
  value,
  unknown = [],
}: {
  readonly value: { readonly [name: string]: JsonValue };
  readonly unknown?: readonly string[];
}) {
  const names = Object.keys(value);
  if (names.length === 0 && unknown.length === 0) return <p className="quiet">None.</p>;
  return (
    <dl className="members">
      {names.map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <JsonText value={value[name] ?? null} />
          </dd>
        </div>
      ))}
      {unknown.map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="tone-waiting">unknown</dd>
        </div>
      ))}
    </dl>
  );
}

/** Why a text that is kept beside the log is not shown; nothing where it is. */
export function LostText({ lost }: { readonly lost: Lost | undefined }) {
  if (lost === undefined) return null;
  return (
    <p>
      <StatusMark status={lostStatus(lost)} />
    </p>
  );
}

export function JsonText({ value }: { readonly value: JsonValue }) {
  if (typeof value === "string") return <span className="text">{value}</span>;
  if (value === null || typeof value !== "object") return <span className="text">{String(value)}</span>;
  if (Array.isArray(value) && value.length === 0) return <span className="quiet">none</span>;
  if (Array.isArray(value) && value.every((item) => typeof item === "string"))
    return <span className="text">{value.join(", ")}</span>;
  if (isMembers(value)) return <Members value={value} />;
  return (
    <pre className="json">{Array.isArray(value) ? value.map((item) => JSON.stringify(item)).join("\n") : "{}"}</pre>
  );
}

function isMembers(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}

/** What the runtime said when it said no; or that it did not answer. */
export function Trouble({ error }: { readonly error: Error }) {
  if (error instanceof ProblemError) {
    const { title, detail, fix, code } = error.problem;
    return (
      <div className="trouble" role="alert">
        <Said tone="bad" icon="cross">
          {title}
        </Said>
        {detail !== "" && detail !== title && <p>{detail}</p>}
        {fix !== "" && <p>{fix}</p>}
        <p className="quiet">
          <code>{code}</code>
        </p>
      </div>
    );
  }
  return (
    <div className="trouble" role="alert">
      <Said tone="bad" icon="cross">
        {error instanceof UnreachableError
          ? "The runtime does not answer. The page tries again by itself."
          : error.message}
      </Said>
    </div>
  );
}

/** The state of a question that has no answer yet. */
export function Pending({ error, what }: { readonly error: Error | null; readonly what: string }) {
  return error === null ? <p className="quiet pending">Loading {what}…</p> : <Trouble error={error} />;
}

export function Heading({ children, aside }: { readonly children: ReactNode; readonly aside?: ReactNode }) {
  return (
    <header className="heading">
      <h1 tabIndex={-1}>{children}</h1>
      {aside !== undefined && <div className="aside">{aside}</div>}
    </header>
  );
}
