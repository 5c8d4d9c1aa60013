// Imported first by every script here: plain JavaScript that an old Node can parse, with no imports of its own.
// Native modules built for a newer Node end an old one without a word, so the version is checked before they load. Modules are
// linked before any of them runs: what only a newer Node exports is taken from the module (`fs.globSync`), never imported by name.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `AURA needs Node.js 22.18 or newer; this is ${process.versions.node}.\n` +
      "On Linux (x64, arm64) run `npx -y pnpm@12.18.0 install`, which brings Node.js 24 along for every script here; " +
      "elsewhere install Node.js 24 LTS. Then run the command again.\n",
  );
  process.exit(1);
}
