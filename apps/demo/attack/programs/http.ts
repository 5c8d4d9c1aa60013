import { parseArgs } from "node:util";
import { problemOf, runningDemo } from "../demo-api.ts";
import type { RunningDemo } from "../demo-api.ts";
import type { Program } from "../program.ts";

/**
 * `http METHOD PATH [--session] [--key KEY] [--host H] [--origin O] [--page] [--body JSON]`: one request as it goes over the wire,
 * the same as a `curl`, and what is answered. `--session` shows the cookie of a real session of the page.
 */
export const http: Program = async (args, { place, say }) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      session: { type: "boolean" },
      key: { type: "string" },
      host: { type: "string" },
      origin: { type: "string" },
      page: { type: "boolean" },
      body: { type: "string" },
      times: { type: "string", default: "1" },
    },
  });
  const [method = "", path = ""] = positionals;
  if (!/^[A-Z]+$/.test(method) || !path.startsWith("/")) throw new Error("Write: http METHOD /PATH");
  const demo = runningDemo(place.data);
  const headers = {
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.origin === undefined ? {} : { origin: values.origin === "own" ? demo.url : values.origin }),
    ...(values.page === true ? { "x-aura-page": "1" } : {}),
    ...(values.key === undefined ? {} : { authorization: `Bearer ${values.key}` }),
    ...(values.session === true ? { cookie: await sessionOf(demo) } : {}),
  };
  const body = values.body === undefined ? {} : { body: JSON.parse(values.body) as unknown };
  say(`the same as: ${curlOf(demo.url, { method, path, headers, text: values.body })}`);
  const statuses = new Map<string, number>();
  for (let time = 0; time < Number(values.times); time += 1) {
    const answer = await demo.send({ method, path, headers, ...body });
    const line = `${answer.status} ${problemOf(answer)}`;
    statuses.set(line, (statuses.get(line) ?? 0) + 1);
  }
  for (const [line, count] of statuses) say(count === 1 ? line : `${count} times: ${line}`);
  return 0;
};

/** Gets in as the page does: with a one-time code. */
async function sessionOf(demo: RunningDemo): Promise<string> {
  const { url } = await demo.ask<{ readonly url: string }>("POST", "/v1/session/codes", {});
  const code = /#code=(.+)$/.exec(url)?.[1] ?? "";
  const headers = { origin: demo.url, "x-aura-page": "1" };
  const answer = await demo.send({ method: "POST", path: "/v1/session", headers, body: { code } });
  const cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0];
  if (cookie === undefined) throw new Error(`No session: ${answer.status} ${problemOf(answer)}`);
  return cookie;
}

function curlOf(
  url: string,
  request: {
    readonly method: string;
    readonly path: string;
    readonly headers: object;
    readonly text: string | undefined;
  },
): string {
  const headers = Object.entries(request.headers).map(([name, value]) => ` -H '${name}: ${String(value)}'`);
  const body = request.text === undefined ? "" : ` -H 'content-type: application/json' -d '${request.text}'`;
  return `curl -i -X ${request.method}${headers.join("")}${body} '${url}${request.path}'`;
}
