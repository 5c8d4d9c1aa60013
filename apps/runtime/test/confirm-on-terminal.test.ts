import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { confirmOnTerminal } from "../src/cli/confirm-on-terminal.ts";
import { aura, scratchFolder } from "./in-process.ts";

const never = new AbortController().signal;

function place({ isTTY }: { readonly isTTY: boolean }) {
  const input = Object.assign(new PassThrough(), { isTTY });
  return { input, output: new PassThrough() };
}

it("asks nobody where no terminal is: that is a failure, never a yes", async () => {
  await expect(confirmOnTerminal("Do it?", place({ isTTY: false }), never)).rejects.toMatchObject({
    code: "runtime/nobody_to_ask",
  });
});

it.each([
  ["yes", true],
  [" YES ", true],
  ["y", false],
  ["", false],
  ["yes please", false],
])("takes %j as %s", async (typed, taken) => {
  const terminal = place({ isTTY: true });
  const answer = confirmOnTerminal("Do it?", terminal, never);
  terminal.input.write(`${typed}\n`);
  expect(await answer).toBe(taken);
});

it("takes an interruption as a no", async () => {
  const stop = new AbortController();
  const answer = confirmOnTerminal("Do it?", place({ isTTY: true }), stop.signal);
  stop.abort();
  expect(await answer).toBe(false);
});

it("gives no page's address where no runtime runs", async () => {
  using scratch = scratchFolder();
  const data = scratch.at("data");
  await aura(["init", "--data", data]);
  expect(await aura(["page", "--data", data])).toMatchObject({
    exitCode: 3,
    err: expect.stringContaining("runtime/not_running"),
  });
});
