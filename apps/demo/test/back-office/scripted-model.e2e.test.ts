import { httpModelUpstream } from "@aura/gateway";
import { expect, it, onTestFinished } from "vitest";
import { SCRIPTED_MODEL } from "../../src/back-office/scripted-model/script.ts";
import { modelServer } from "../../src/back-office/servers.ts";
import { aPlace } from "./support/place.ts";

function aModel(apiKey?: string) {
  const { name, model, apiKey: ownKey, command, args, env } = modelServer(aPlace());
  const upstream = httpModelUpstream({
    name,
    model,
    apiKey: apiKey ?? ownKey,
    server: { command, args, env, cwd: "/" },
  });
  onTestFinished(() => upstream.close());
  return async (messages: readonly object[]) => {
    const offer = await upstream.offer();
    return offer.call({ tool: "model", arguments: { messages } as never, idempotencyKey: "k", timeoutMs: 10_000 });
  };
}

it("the scripted model speaks the wire of a real one and says in name and words that it is scripted", async () => {
  expect(await aModel()([{ role: "user", content: "Pay the open invoices in invoices/week." }])).toMatchObject({
    kind: "value",
    value: {
      model: SCRIPTED_MODEL,
      content: "[scripted] I look which invoices there are.",
      tool_calls: [
        {
          id: "call-1",
          type: "function",
          function: { name: "list_invoices", arguments: '{"folder":"invoices/week"}' },
        },
      ],
      finishReason: "tool_calls",
    },
  });
});

it("the scripted model answers nobody else", async () => {
  expect(await aModel("another-key")([{ role: "user", content: "Hi" }])).toMatchObject({
    kind: "failed",
    code: "gateway/model_refused",
  });
});
