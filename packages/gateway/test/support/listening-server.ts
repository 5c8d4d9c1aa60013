// A model server that a gateway starts: listens on this machine, says where, and misbehaves as its word says.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const [mode = "plain"] = process.argv.slice(2);
if (mode === "dies") process.exit(7);
if (mode === "foreign") process.stdout.write('{"baseUrl":"https://models.example.com/v1"}\n');
else if (mode === "garbage") process.stdout.write("Listening!\n");
else listen();
process.stdin.on("end", () => process.exit(0)).resume();

function listen(): void {
  const server = createServer((_, response) => {
    const message = { role: "assistant", content: JSON.stringify({ pid: process.pid, env: Object.keys(process.env) }) };
    response.end(JSON.stringify({ choices: [{ message }] }), () => mode === "once" && process.exit(3));
  });
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`{"baseUrl":"http://127.0.0.1:${port}/v1"}\nand more\n`);
  });
}
