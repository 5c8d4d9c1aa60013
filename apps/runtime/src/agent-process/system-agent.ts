import { Socket } from "node:net";
import { agentsOf } from "./application-agents.ts";
import { serveAgent } from "./serve-agent.ts";
import { socketChannel } from "./socket-channel.ts";

// The program of an agent's process. The runtime starts it with the channel as descriptor 3 and nothing else.
const CHANNEL = 3;

serveAgent(socketChannel(new Socket({ fd: CHANNEL }), Infinity), agentsOf, () => process.exit(0));
