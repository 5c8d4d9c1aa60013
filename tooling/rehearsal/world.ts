import { readFileSync } from "node:fs";
import { join } from "node:path";
import { allDependantsOf, breakingStep } from "../release/policy.ts";
import { manifestPaths, readManifest } from "../release/plan.ts";
import type { Changeset, Step } from "../release/plan.ts";
import type { Checkout } from "./checkout.ts";
import { openProject } from "./consumer.ts";
import type { Consumer } from "./consumer.ts";
import type { Registry } from "./registry.ts";
import type { Table } from "./table.ts";

/** All that a step of the rehearsal works with. */
export interface World {
  readonly parent: string;
  readonly registry: Registry;
  readonly checkout: Checkout;
  readonly table: Table;
}

export const TRUST = "@aura/trust";
export const STORE = "@aura/store";

/** What `release:pack` says of one package that it packed. */
export interface Packed {
  readonly name: string;
  readonly version: string;
  readonly tarball: string;
  readonly sbom: string;
}

/** A changeset of the rehearsal: `steps` by package. */
export function aChangeset(steps: Readonly<Record<string, Step>>, summary = "Rehearsed."): Changeset {
  return { id: "rehearsed", summary, releases: Object.entries(steps).map(([name, type]) => ({ name, type })) };
}

/**
 * One release as the workflow makes it: plan, versions, commit, pack, publish.
 * @returns "name@version" of what came into the registry by it, sorted
 */
export async function release(world: World, changesets: readonly Changeset[], tag?: string): Promise<string[]> {
  world.checkout.propose(changesets);
  await world.checkout.must("release:plan");
  await world.checkout.must("version-packages");
  await world.checkout.commit();
  return publish(world, tag);
}

/** Packs and publishes the versions that stand in the checkout. What the test command checks of packages is not checked again. */
export async function publish(world: World, tag?: string): Promise<string[]> {
  const before = world.registry.published.length;
  await world.checkout.must("release:pack", "--unchecked", ...(tag === undefined ? [] : ["--tag", tag]));
  await world.checkout.must("release:publish");
  return world.registry.published.slice(before).toSorted();
}

export function packed({ checkout }: World): Packed[] {
  return JSON.parse(readFileSync(join(checkout.folder, "release/packages.json"), "utf8")) as Packed[];
}

/** "name@version" of the packages that are moved by `steps` from the versions in the checkout, sorted. */
export function moved({ checkout }: World, steps: Readonly<Record<string, Step>>): string[] {
  const versions = checkout.versions();
  return Object.entries(steps)
    .map(([name, step]) => `${name}@${nextVersion(versions[name] ?? "", step)}`)
    .toSorted();
}

/** One step from here, as semantic versions count. */
export function nextVersion(version: string, step: Step): string {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  if (step === "major") return `${major + 1}.0.0`;
  return step === "minor" ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

/** For each published package above trust, the step by which it may break its users. */
export function breakingSteps(world: World): Record<string, Step> {
  const versions = world.checkout.versions();
  return Object.fromEntries(aboveTrust(world).map((name) => [name, breakingStep(versions[name] ?? "")]));
}

/** The published packages that depend on trust. */
export function aboveTrust({ checkout }: World): string[] {
  const published = manifestPaths(checkout.folder)
    .map(readManifest)
    .filter((manifest) => manifest.private !== true);
  return [...allDependantsOf(published, new Set([TRUST]))].toSorted();
}

export function project({ parent, registry }: World, name: string): Consumer {
  return openProject(parent, name, registry);
}

/** Changes trust where no type shows it; `isMarked` finds it again in what was installed. */
export function markTrust({ checkout }: World, mark: string): void {
  checkout.edit(
    "packages/trust/src/index.ts",
    (text) => `${text}// rehearsed: ${mark}
`,
  );
}

export function isMarked(consumer: Consumer, mark: string): boolean {
  const source = readFileSync(join(consumer.folder, "node_modules", TRUST, "src/index.ts"), "utf8");
  return source.includes(`// rehearsed: ${mark}
`);
}
