import { brokerContract } from "@aura/mission/testing";
import { FakeClock, aGateway, aRegistration, aTool, callNow, hostileUpstream } from "./support/builders.ts";

/** A real server behind the real broker. `late` is the tool that takes its call and does not answer. */
brokerContract("gateway", async () => {
  const upstream = hostileUpstream();
  const names = ["late", "mistake"];
  const gateway = aGateway([aRegistration(), ...names.map((name) => aRegistration({ name }))], upstream);
  const [echo, late] = [await gateway.catalogue.find("echo"), await gateway.catalogue.find("late")];
  if (echo === undefined || late === undefined) throw new Error("the server offers both");
  const linesWith = async (text: string): Promise<number> => {
    const answer = await callNow(upstream, "received");
    return JSON.stringify(answer).split(text).length - 1;
  };
  return {
    broker: gateway.broker,
    tool: echo,
    arguments: { text: "hello" },
    // Its lines come in their order: once this is answered, the server has what was written before.
    silent: { tool: late, arguments: {}, reached: () => callNow(upstream, "echo") },
    finds: [
      { is: "happened", tool: aTool({ find: { tool: "echo", arguments: {}, findAfterMs: 0 } }), arguments: {} },
      { is: "absent", tool: aTool({ find: { tool: "mistake", arguments: {}, findAfterMs: 0 } }), arguments: {} },
    ],
    nowMs: new FakeClock().nowMs(),
    received: () => linesWith("hello"),
    close: () => gateway.close(),
  };
});
