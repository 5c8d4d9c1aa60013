import type { JsonObject } from "@aura/trust";
import { hashText } from "@aura/trust";
import { expect, it } from "vitest";
import type { Broker, Sending, Tool } from "../index.ts";

/** A broker with a receiver behind it that can be looked at. */
export interface BrokerScene {
  readonly broker: Broker;
  /** A tool that the receiver offers as it is, and arguments that it accepts. */
  readonly tool: Tool;
  readonly arguments: JsonObject;
  readonly nowMs: number;
  /** A tool whose receiver takes the call and never answers; `reached` resolves when it has one. */
  readonly silent: { readonly tool: Tool; readonly arguments: JsonObject; reached(): Promise<unknown> };
  /** Tools whose `find` compares nothing, and arguments of what is there, and of what its read tool says is not. */
  readonly finds: readonly ({ readonly is: "happened" | "absent" } & Pick<Sending, "tool" | "arguments">)[];
  /** How often the receiver was called. */
  received(): Promise<number> | number;
  close?(): Promise<void>;
}

/** What `performCall` relies on, whoever sends. */
export function brokerContract(name: string, open: () => Promise<BrokerScene>): void {
  const sending = (scene: BrokerScene, override: Partial<Sending> = {}): Sending => ({
    namespace: "acme",
    mission: "01936f3e-0000-7000-8000-000000000001",
    callKey: "1.1",
    idempotencyKey: hashText("acme/1.1"),
    tool: scene.tool,
    arguments: scene.arguments,
    sendByMs: scene.nowMs + 60_000,
    stillHeld: async () => true,
    signal: new AbortController().signal,
    ...override,
  });

  async function inScene(act: (scene: BrokerScene) => Promise<void>): Promise<void> {
    const scene = await open();
    try {
      await act(scene);
    } finally {
      await scene.close?.();
    }
  }

  it(`${name}: sends once and answers what the receiver answered`, () =>
    inScene(async (scene) => {
      expect(await scene.broker.send(sending(scene))).toMatchObject({ kind: "succeeded" });
      expect(await scene.received()).toBe(1);
    }));

  it(`${name}: sends nothing when the sender no longer holds the call`, () =>
    inScene(async (scene) => {
      const sent = await scene.broker.send(sending(scene, { stillHeld: async () => false }));
      expect(sent).toMatchObject({ kind: "not_sent", code: expect.any(String), message: expect.any(String) });
      expect(await scene.received()).toBe(0);
    }));

  it(`${name}: sends nothing after the send window`, () =>
    inScene(async (scene) => {
      const sent = await scene.broker.send(sending(scene, { sendByMs: scene.nowMs - 1 }));
      expect(sent).toMatchObject({ kind: "not_sent" });
      expect(await scene.received()).toBe(0);
    }));

  it(`${name}: sends nothing to a tool whose definition is not today's`, () =>
    inScene(async (scene) => {
      const tool = { ...scene.tool, digest: hashText("another definition") };
      expect(await scene.broker.send(sending(scene, { tool }))).toMatchObject({ kind: "not_sent" });
      expect(await scene.received()).toBe(0);
    }));

  it(`${name}: sends nothing for a caller that was stopped before`, () =>
    inScene(async (scene) => {
      const sent = await scene.broker.send(sending(scene, { signal: AbortSignal.abort() }));
      expect(sent).toMatchObject({ kind: "not_sent" });
      expect(await scene.received()).toBe(0);
    }));

  it(`${name}: sends nothing for a caller that is stopped while it is asked for the last time`, () =>
    inScene(async (scene) => {
      const stop = new AbortController();
      const stillHeld = async (): Promise<boolean> => {
        stop.abort();
        return true;
      };
      expect(await scene.broker.send(sending(scene, { stillHeld, signal: stop.signal }))).toMatchObject({
        kind: "not_sent",
      });
      expect(await scene.received()).toBe(0);
    }));

  it(`${name}: gives up a call in flight whose caller is stopped, as unknown: its receiver never answers`, () =>
    inScene(async (scene) => {
      const { tool, arguments: args } = scene.silent;
      const stop = new AbortController();
      const sent = scene.broker.send(sending(scene, { tool, arguments: args, signal: stop.signal }));
      await scene.silent.reached();
      stop.abort();
      expect(await sent).toMatchObject({ kind: "unknown", reason: expect.any(String) });
    }));

  it(`${name}: finds what is there, and misses what is not, where nothing is compared`, () =>
    inScene(async (scene) => {
      expect(scene.finds.map(({ is }) => is).toSorted()).toEqual(["absent", "happened"]);
      for (const { is, tool, arguments: args } of scene.finds)
        expect((await scene.broker.find(sending(scene, { tool, arguments: args }))).kind).toBe(is);
    }));
}
