#!/usr/bin/env node
// Plain JavaScript that any Node can parse: the version is checked before anything else is imported,
// because native modules built for a newer Node end an old one without a word.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `aura needs Node.js 22.18 or newer; this is ${process.versions.node}. Install Node.js 24 LTS and run it again.\n`,
  );
  process.exit(5);
}
await import("../dist/cli/main.js");
