import { tooOld } from "./node-version.ts";

const problem = tooOld(process.versions.node);
if (problem === undefined) {
  // Only now: what is imported from here on may need the newer Node.
  const { runProgram } = await import("./program.ts");
  process.stdout.on("error", () => process.exit(process.exitCode ?? 0)); // `| head` closed the pipe
  process.stderr.on("error", () => undefined); // nobody reads it: the exit code says it still
  process.exitCode = await runProgram(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    watched: process.stderr.isTTY,
  });
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 5;
}
