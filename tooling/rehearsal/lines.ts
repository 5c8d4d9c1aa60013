import { CONTRACT_TOOLS, runContracts } from "./dependants.ts";
import {
  STORE,
  TRUST,
  aChangeset,
  aboveTrust,
  breakingSteps,
  markTrust,
  moved,
  nextVersion,
  packed,
  project,
  publish,
  release,
} from "./world.ts";
import type { World } from "./world.ts";
import type { Step } from "../release/plan.ts";

const SECURITY = "Security: what was accepted is refused now.";

/** A vulnerability of trust is mended, and nobody installs a dependant on the trust that has it. Answers the commit. */
export async function securityFix(world: World): Promise<string> {
  const { table, checkout } = world;
  table.step("A security fix of trust");
  const before = checkout.versions();
  const [oldTrust = "", oldStore = ""] = [before[TRUST], before[STORE]];
  const careful = project(world, "careful");
  await careful.install({ [STORE]: `^${oldStore}`, [TRUST]: oldTrust });

  checkout.propose([aChangeset({ [TRUST]: "patch" }, SECURITY)]);
  const refused = await checkout.script("release:plan");
  table.row(
    "is refused while its changeset names trust alone",
    refused.exitCode !== 0 && aboveTrust(world).every((name) => refused.output.includes(`add "${name}": patch`)),
  );
  const steps: Record<string, Step> = Object.fromEntries([TRUST, ...aboveTrust(world)].map((name) => [name, "patch"]));
  const fixed = moved(world, steps);
  table.equal("moves trust and all that depend on it", await release(world, [aChangeset(steps, SECURITY)]), fixed);
  const commit = await checkout.commit();

  const floor = `^${nextVersion(oldTrust, "patch")}`;
  const floors = aboveTrust(world).map((name) => {
    const manifest = world.registry.packument(name)?.versions[checkout.versions()[name] ?? ""];
    return manifest?.dependencies?.[TRUST] ?? "none";
  });
  table.equal("every dependant begins at the mended trust", [...new Set(floors)], [floor]);
  // The project's own wish, an exact trust of before the fix, stays its own; what the store runs on is mended.
  await careful.update(STORE);
  table.equal(
    "a project that holds on to the old trust and updates store gets store on the mended one",
    [careful.versionOf(TRUST, STORE)],
    [floor.slice(1)],
  );
  return commit;
}

/** Trust breaks: nobody gets it unasked, everybody can follow, the publication is interrupted, and the older line is mended. */
export async function breakingChange(world: World, older: string): Promise<void> {
  const { table, checkout, registry } = world;
  table.step("A breaking change of trust");
  const before = checkout.versions();
  checkout.propose([aChangeset({ [TRUST]: "major" })]);
  const refused = await checkout.script("release:plan");
  table.row(
    "is refused while its dependants would follow with a patch",
    refused.exitCode !== 0 && refused.output.includes(`add "${STORE}": major`),
  );

  const steps: Record<string, Step> = { [TRUST]: "major", ...breakingSteps(world) };
  const expected = moved(world, steps);
  markTrust(world, "major");
  checkout.propose([aChangeset(steps)]);
  await checkout.must("release:plan");
  await checkout.must("version-packages");
  await checkout.commit();
  await checkout.must("release:pack", "--unchecked");
  const came = registry.published.length;
  // The rehearsal's identity is none that the public signing service takes; what pnpm then does is what a release relies on.
  const unsigned = await checkout.run("env", "PNPM_CONFIG_PROVENANCE=true", "pnpm", "run", "release:publish");
  const refusedUnsigned = unsigned.exitCode !== 0 && unsigned.output.includes("PROVENANCE");
  table.row(
    "what cannot be signed is not published when provenance is asked for as the workflow asks",
    refusedUnsigned && registry.published.length === came,
  );
  registry.failAfter(3);
  const interrupted = await checkout.script("release:publish");
  const first = registry.published.slice(came);
  table.row(
    "an interrupted publication says so",
    interrupted.exitCode !== 0,
    `${first.length} of ${expected.length} published`,
  );
  table.row(
    "and left nothing published whose dependencies are not",
    first.every((one) => dependenciesThere(world, one)),
  );
  registry.failAfter(undefined);
  await checkout.must("release:publish");
  const second = registry.published.slice(came);
  table.equal("run again, it goes on: each version once", second.toSorted(), expected);
  const [again] = packed(world);
  const twice = await checkout.run("pnpm", "publish", `release/${again?.tarball}`, "--no-git-checks", "--json");
  table.row(
    "a version is never published over",
    twice.exitCode !== 0 && twice.output.includes("cannot publish over"),
    `${again?.name} ${again?.version}`,
  );
  table.equal("packed again, there is nothing left to publish", await publish(world), []);

  const consumer = project(world, "two-lines");
  await consumer.install({ ...before, [TRUST]: checkout.versions()[TRUST] ?? "", ...CONTRACT_TOOLS });
  table.row(
    "dependants of before keep their trust beside the new one",
    consumer.versionOf(TRUST, STORE) === before[TRUST] && consumer.versionOf(TRUST) === checkout.versions()[TRUST],
  );

  table.step("A security fix of the line before");
  const newest = checkout.versions();
  await checkout.returnTo(older);
  const line: Record<string, Step> = Object.fromEntries([TRUST, ...aboveTrust(world)].map((name) => [name, "patch"]));
  const mended = moved(world, line);
  table.equal("moves that line", await release(world, [aChangeset(line, SECURITY)], "v1"), mended);
  table.equal(
    "and leaves `latest` where it was",
    Object.keys(newest).map((name) => registry.packument(name)?.["dist-tags"]["latest"] ?? ""),
    Object.values(newest),
  );
  const kept = project(world, "kept-line");
  await kept.install({
    ...Object.fromEntries(Object.entries(before).map(([name, version]) => [name, `^${version}`])),
    ...CONTRACT_TOOLS,
  });
  table.equal(
    "whoever asks for that line gets it mended",
    [kept.versionOf(TRUST), kept.versionOf(TRUST, STORE)],
    [checkout.versions()[TRUST] ?? "", checkout.versions()[TRUST] ?? ""],
  );
  const contracts = await runContracts(kept);
  table.row("and it works", contracts.passed, contracts.seen);
}

function dependenciesThere({ registry }: World, published: string): boolean {
  const [, name = "", version = ""] = /^(.+)@(.+)$/.exec(published) ?? [];
  const needs = Object.entries(registry.packument(name)?.versions[version]?.dependencies ?? {});
  return needs
    .filter(([needed]) => needed.startsWith("@aura/"))
    .every(([needed, range]) => registry.packument(needed)?.versions[range.replace("^", "")] !== undefined);
}
