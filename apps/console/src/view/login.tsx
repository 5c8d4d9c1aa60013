import { useState } from "react";
import { codeInText } from "../route.ts";
import { post } from "../runtime-client.ts";
import { Trouble } from "./parts.tsx";

/** Exchanges a one-time code for the session cookie. @throws `ProblemError`, `UnreachableError` */
export async function openSession(code: string): Promise<void> {
  await post("/v1/session", { code });
}

export function LoginScreen({
  refused,
  onEntered,
}: {
  readonly refused: Error | undefined;
  readonly onEntered: () => void;
}) {
  const [text, setText] = useState("");
  const [error, setError] = useState(refused);
  const [busy, setBusy] = useState(false);
  const enter = async (): Promise<void> => {
    setBusy(true);
    try {
      await openSession(codeInText(text));
      location.hash = "#/now";
      onEntered();
    } catch (failed) {
      setError(failed instanceof Error ? failed : new Error(String(failed)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="login">
      <p className="wordmark">AURA</p>
      <h1>This page opens with a link from the runtime</h1>
      <p>
        The runtime prints a link with a one-time code when it starts. Open that link, or paste it here. A code works
        once; the browser then keeps a session of its own. A running runtime gives another link in a shell:{" "}
        <code>aura page</code> (the demo's: <code>npx -y pnpm@12.18.0 aura page</code>)
      </p>
      {error !== undefined && <Trouble error={error} />}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <label htmlFor="code">Link or code</label>
        <div className="row">
          <input
            id="code"
            value={text}
            onChange={(event) => setText(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            required
          />
          <button type="submit" className="primary" disabled={busy || text.trim() === ""}>
            Open
          </button>
        </div>
      </form>
    </main>
  );
}
