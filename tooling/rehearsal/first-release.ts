import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Sbom } from "../release/sbom.ts";
import { CONTRACT_TOOLS, runCommands, runContracts } from "./dependants.ts";
import { STORE, TRUST, aChangeset, aboveTrust, packed, project, publish } from "./world.ts";
import type { World } from "./world.ts";

/** The release that is waiting: what the changesets of the newest commit make of it. */
export async function firstRelease(world: World): Promise<void> {
  const { table, checkout, registry } = world;
  table.step("The waiting release, from its changesets to an empty project");
  const waiting = await checkout.script("version-packages");
  await checkout.commit();
  const versions = checkout.versions();
  const names = Object.keys(versions).toSorted();
  const all = names.map((name) => `${name}@${versions[name]}`);

  table.row("changesets plan it", waiting.exitCode === 0 || waiting.output.includes("No unreleased changesets"));
  table.equal("every package but page and demo is published, once", await publish(world), all);
  table.row(
    "trust and store are at 1.0 or later, so that their minors move nobody",
    [TRUST, STORE].every((name) => /^[1-9]/.test(versions[name] ?? "")),
  );
  table.equal(
    "a package came after all that it needs",
    registry.published
      .map((one) => one.replace(/@[^@]*$/, ""))
      .filter((name, at, order) => needsLater(world, name, order.slice(at))),
    [],
  );
  table.equal(
    "nobody had a token: each was published by the workflow's identity",
    [...registry.exchanged].toSorted(),
    names,
  );
  table.equal("ranges of our own begin at what was published with them", wrongRanges(world), []);
  table.equal("no manifest says workspace: or catalog:", unresolved(world), []);
  table.row(
    "each manifest names the repository that provenance is held against",
    names.every((name) => manifestOf(world, name).repository?.url === "git+https://github.com/rehearsal/aura.git"),
  );
  table.equal("each has a list of what it is made of, with the dependencies of its manifest", wrongSboms(world), []);

  const consumer = project(world, "first");
  await consumer.install({ ...versions, ...CONTRACT_TOOLS });
  table.row(
    "the runtime brings its page",
    existsSync(join(consumer.folder, "node_modules/@aura/runtime/page/index.html")),
  );
  const contracts = await runContracts(consumer);
  table.row("an empty project installs them, and their contract suites pass", contracts.passed, contracts.seen);
  const commands = await runCommands(consumer);
  table.row("their commands work there", commands.passed, commands.seen);
  table.equal("everything else came from the reader's own registry", registry.foreign, []);
}

function manifestOf(
  { registry, checkout }: World,
  name: string,
): NonNullable<ReturnType<World["registry"]["packument"]>>["versions"][string] {
  const manifest = registry.packument(name)?.versions[checkout.versions()[name] ?? ""];
  if (manifest === undefined) throw new Error(`${name} was not published.`);
  return manifest;
}

function needsLater(world: World, name: string, later: readonly string[]): boolean {
  return Object.keys(manifestOf(world, name).dependencies ?? {}).some((needed) => later.includes(needed));
}

function wrongRanges(world: World): string[] {
  const versions = world.checkout.versions();
  const above = aboveTrust(world);
  return above.flatMap((name) =>
    Object.entries(manifestOf(world, name).dependencies ?? {}).flatMap(([needed, range]) =>
      versions[needed] === undefined || range === `^${versions[needed]}` ? [] : [`${name} needs ${needed} ${range}`],
    ),
  );
}

function unresolved(world: World): string[] {
  return Object.keys(world.checkout.versions()).filter((name) =>
    /"(?:workspace|catalog):/.test(JSON.stringify(manifestOf(world, name))),
  );
}

function wrongSboms(world: World): string[] {
  return packed(world).flatMap(({ name, version, sbom }) => {
    const { metadata, components, dependencies } = JSON.parse(
      readFileSync(join(world.checkout.folder, "release", sbom), "utf8"),
    ) as Sbom;
    const own = metadata.component["bom-ref"];
    const named = Object.keys(manifestOf(world, name).dependencies ?? {}).map((needed) => needed.replace("@", "%40"));
    const direct = dependencies.find(({ ref }) => ref === own)?.dependsOn ?? [];
    const missing = named.filter((needed) => !direct.some((ref) => ref.startsWith(`pkg:npm/${needed}@`)));
    const known = components.map((component) => component["bom-ref"]);
    const dangling = dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !known.includes(ref));
    return metadata.component.version === version && missing.length + dangling.length === 0
      ? []
      : [`${sbom} ${[...missing, ...dangling].join(" ")}`];
  });
}

/** A release that nobody meets who did not ask for it: what a contributor gives somebody to try. */
export async function snapshot(world: World): Promise<void> {
  const { table, checkout, registry } = world;
  table.step("A snapshot");
  const [versions, commit] = [checkout.versions(), await checkout.commit()];
  checkout.propose([aChangeset({ [TRUST]: "patch" })]);
  await checkout.must("version-packages", "--snapshot", "canary");
  const came = await publish(world, "canary");
  const alone = came.length === 1 && /^@aura\/trust@0\.0\.0-canary-\d{14}$/.test(came[0] ?? "");
  table.row("moves trust alone, to a version that no range takes", alone, came.join(", "));
  const latest = Object.keys(versions).map((name) => registry.packument(name)?.["dist-tags"]["latest"] ?? "");
  table.equal("and leaves `latest` where it was", latest, Object.values(versions));
  await checkout.returnTo(commit);
}
