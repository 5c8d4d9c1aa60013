import { brokerContract } from "@aura/mission/testing";
import { FakeClock, aGateway, aRegistration, callNow, hostileUpstream } from "./support/builders.ts";

/** A real server behind the real broker. `late` is the tool that takes its call and does not answer. */
brokerContract("gateway", async () => {
  const upstream = hostileUpstream();
  const gateway = aGateway([aRegistration(), aRegistration({ name: "late" })], upstream);
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
    nowMs: new FakeClock().nowMs(),
    received: () => linesWith("hello"),
    close: () => gateway.close(),
  };
});
