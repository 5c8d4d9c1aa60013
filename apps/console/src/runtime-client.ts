/** An RFC 9457 problem as the runtime words it. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly fix: string;
}

/** The runtime answered, and it was no. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail === "" ? problem.title : problem.detail);
    this.problem = problem;
  }
}

/** The runtime did not answer at all. */
export class UnreachableError extends Error {}

/** A request that hangs longer is a runtime that is gone. */
const ANSWER_MS_MAX = 10_000;

/** @throws `ProblemError`, `UnreachableError` */
export async function get<Answer>(path: string): Promise<Answer> {
  return (await ask(path, {})).json() as Promise<Answer>;
}

/** Whole body as bytes: exports and receipts are verified as they came. @throws `ProblemError`, `UnreachableError` */
export async function getBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await ask(path, {}, 120_000)).arrayBuffer());
}

/** Writes carry a header that no foreign page can send, beside the session cookie. @throws `ProblemError`, `UnreachableError` */
export async function post<Answer>(path: string, body: unknown): Promise<Answer> {
  const headers = { "Content-Type": "application/json", "X-Aura-Page": "1" };
  const response = await ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await response.text();
  return (text === "" ? null : JSON.parse(text)) as Answer;
}

async function ask(path: string, init: RequestInit, timeoutMs = ANSWER_MS_MAX): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: "same-origin", signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    throw new UnreachableError("The runtime does not answer.", { cause: error });
  }
  if (response.ok) return response;
  throw new ProblemError(await problemOf(response));
}

async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => ({}));
  const members = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const text = (name: string, otherwise: string): string => {
    const value = members[name];
    return typeof value === "string" ? value : otherwise;
  };
  return {
    status: response.status,
    code: text("code", `http/${response.status}`),
    title: text("title", `The runtime answered ${response.status}.`),
    detail: text("detail", ""),
    fix: text("fix", ""),
  };
}
