#!/usr/bin/env node
// Plain JavaScript that any Node can parse: the version is checked before anything else is imported.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `aura-trust needs Node.js 22.18 or newer; this is ${process.versions.node}. Install Node.js 24 LTS and run it again.\n`,
  );
  process.exit(5); // nothing was checked
}
// Installed, the program is built; in a checkout it runs from its source.
const program = import.meta.url.includes("/node_modules/") ? "../dist/cli/main.js" : "../src/cli/main.ts";
await import(program);
