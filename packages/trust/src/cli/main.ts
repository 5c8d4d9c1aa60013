import { tooOld } from "./node-version.ts";

const problem = tooOld(process.versions.node);
if (problem === undefined) {
  // Only now: what is imported from here on may need the newer Node.
  const { runProgram } = await import("./program.ts");
  const { endOnInterrupt } = await import("./interrupt.ts");
  endOnInterrupt(process);
  let [gone, failed] = [false, false];
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    gone = true;
    if (error.code === "EPIPE") return; // `| head` has seen enough: the exit code says the rest
    failed = true;
    process.exitCode = 5;
    process.stderr.write(`The answer cannot be written to standard output (${error.code ?? "unknown"}).\n`);
  });
  process.stderr.on("error", () => undefined); // nobody reads it: the exit code says it still
  const code = await runProgram(process.argv.slice(2), {
    out: (text) => gone || process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    watched: process.stderr.isTTY,
    get input() {
      return process.stdin;
    },
    get gone() {
      return gone;
    },
  });
  process.exitCode = failed ? 5 : code;
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 5;
}
