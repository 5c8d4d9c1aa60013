import { expect, it, onTestFinished } from "vitest";
import { callHeaders, memoryReplayMarks } from "../src/index.ts";
import { ARGUMENTS, BODY, carried, clock, httpGuard, mcpGuard, NAMES, post, toolCall } from "./guard-world.ts";
import { serve } from "./serve.ts";

/** What a hostile caller does with the carrier rather than with the tokens. */
const reason = (answer: object): unknown => ("reason" in answer ? answer.reason : "passed");

it.each([
  ["the other case", (name: string) => name.toLowerCase()],
  ["the same case", (name: string) => name],
])(
  "refuses a part that stands in two fields of %s, sound or not, in any order, over a real connection",
  async (_, spell) => {
    const guard = httpGuard();
    const { url, close } = await serve(async (request) => {
      const answer = await guard(request);
      return answer.ok ? Response.json({}) : answer.response;
    });
    onTestFinished(close);
    const call = await carried();
    for (const part of ["credential", "token", "proof", "nonce"] as const) {
      for (const values of [
        [call[part], "x"],
        ["x", call[part]],
        [call[part], ""],
      ]) {
        const headers = new Headers({ "content-type": "application/json", ...callHeaders(call) });
        headers.delete(NAMES.header[part]);
        for (const value of values) headers.append(spell(NAMES.header[part]), value);
        expect((await fetch(url, { method: "POST", headers, body: BODY })).status).toBe(400);
      }
    }
  },
);

it("takes no word of other headers: not for the method, not for the path, not for the length, and no Authorization", async () => {
  const call = await carried();
  const beside = {
    "x-http-method-override": "GET",
    "x-original-url": "/admin",
    "x-forwarded-host": "elsewhere.example",
    authorization: "Bearer a, Bearer b",
    "content-length": "0",
    "transfer-encoding": "chunked",
  };
  const answer = await httpGuard()(post(call, { headers: beside }));
  expect(answer).toMatchObject({ ok: true, tool: "refund", arguments: ARGUMENTS });
  const alone = new Request("https://refunds.acme.example/", {
    method: "POST",
    headers: { "content-type": "application/json", ...beside },
    body: BODY,
  });
  expect(reason(await httpGuard()(alone))).toBe("credential_missing");
});

it("gives a tool the arguments that were proven, whatever the URL says, and reads a body once", async () => {
  const call = await carried();
  const { headers } = post(call);
  const request = new Request("https://refunds.acme.example/refund/..%2fadmin?amount=99.00#x", {
    method: "POST",
    headers,
    body: BODY,
  });
  const answer = await httpGuard()(request);
  expect(answer).toMatchObject({ ok: true, arguments: ARGUMENTS });
  expect(answer).not.toHaveProperty("url");
  expect(reason(await httpGuard()(request))).toBe("arguments_malformed"); // its body is gone
});

it("ends with a body that dribbles in when the server gives it up", async () => {
  const { headers } = post(await carried());
  const patience = new AbortController();
  let asked = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      asked += 1;
      if (asked < 3) controller.enqueue(new TextEncoder().encode("{"));
      else patience.signal.addEventListener("abort", () => controller.error(new Error("too slow")));
      if (asked === 3) patience.abort();
    },
  });
  const request = new Request("https://refunds.acme.example/", { method: "POST", headers, body, duplex: "half" });
  expect(reason(await httpGuard()(request))).toBe("arguments_malformed");
});

it("lets one of many guards with shared marks pass, over HTTP and MCP alike; without shared marks it cannot", async () => {
  const call = await carried();
  const replay = memoryReplayMarks({ clock });
  const shared = await Promise.all(
    Array.from({ length: 32 }, (_, nth) =>
      nth % 2 === 0 ? httpGuard({ replay })(post(call)) : mcpGuard({ replay })(toolCall(call)),
    ),
  );
  expect(shared.filter(({ ok }) => ok)).toHaveLength(1);
  expect(new Set(shared.map(reason))).toEqual(new Set(["passed", "proof_replayed"]));
  const apart = await Promise.all([httpGuard()(post(call)), httpGuard()(post(call))]);
  expect(apart.filter(({ ok }) => ok)).toHaveLength(2); // why the README asks for shared marks
});
