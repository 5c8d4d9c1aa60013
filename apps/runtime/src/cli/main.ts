// The version is checked before anything else is imported: native modules built for a newer Node end an old one without a word.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `aura needs Node.js 22.18 or newer; this is ${process.versions.node}. Install Node.js 24 LTS and run it again.\n`,
  );
  process.exit(5);
}
// The runtime of a demo loads its program while this process loads its own: nothing else is imported before it is started.
const { wantedRuntime, runtimeArguments } = await import("../demo/runtime-arguments.ts");
const wanted = wantedRuntime(process.argv.slice(2));
if (wanted !== undefined) (await import("../demo/system-keep-alive.ts")).startAhead(runtimeArguments(wanted));
const { runProcess } = await import("./process.ts");
await runProcess();
