import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";
import { agentsOf } from "./application-agents.ts";
import { serveAgent } from "./serve-agent.ts";
import { socketChannel } from "./socket-channel.ts";

// The program of an agent's process. The runtime starts it with the channel as descriptor 3 and nothing else.
const CHANNEL = 3;

// Before anything of the application is loaded: a signal ends other processes of this user, or opens the debugger of one that
// is under no limits, and Node's permission model asks nobody about them.
const refuseSignal = (): never => {
  throw Object.assign(new Error("An agent's process sends no signals."), { code: "ERR_ACCESS_DENIED" });
};
for (const name of ["kill", "_kill", "_debugProcess", "_debugEnd"]) Reflect.set(process, name, refuseSignal);
syncBuiltinESMExports();

serveAgent(socketChannel(new Socket({ fd: CHANNEL }), Infinity), agentsOf, () => process.exit(0));
