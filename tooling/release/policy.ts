import type { Manifest, Move, Plan } from "./plan.ts";

/** How the summary of a changeset begins that mends a vulnerability. */
const SECURITY = /^security:/i;

/**
 * What is wrong with a planned release, one sentence each with what to write instead; empty if nothing is. Changesets
 * keeps ranges true; these two things it does not know.
 *
 * - A dependant of what leaves its range moves out of its own range as well: its users meet the other's types through it.
 *   Changesets would give it a patch, which everybody installs unasked.
 * - A changeset that begins with `Security:` names everything published that depends on what it mends, so that nobody
 *   installs a dependant on the version that is not mended: its range then begins at the one that is.
 */
export function planProblems({ manifests, moves, changesets }: Plan): string[] {
  const published = manifests.filter((manifest) => manifest.private !== true);
  const left = moves
    .filter((move) => leavesRange(move))
    .flatMap((move) =>
      dependantsOf(published, move.name).flatMap((dependant) => {
        const own = moves.find(({ name }) => name === dependant.name);
        return own === undefined || leavesRange(own) || !isReleased(own.from)
          ? []
          : [
              `${move.name} goes from ${move.from} to ${move.to}, out of the range that ${dependant.name} names, which would follow with ${own.to}. ` +
                `Its users would meet the break in an update that they did not ask for: add "${dependant.name}": ${breakingStep(own.from)} to the changeset, and say there what to do.`,
            ];
      }),
    );
  const floors = changesets
    .filter(({ summary }) => SECURITY.test(summary.trim()))
    .flatMap(({ id, releases }) => {
      const named = new Set(releases.map(({ name }) => name));
      return [...allDependantsOf(published, named)]
        .filter((name) => !named.has(name))
        .map(
          (name) =>
            `.changeset/${id}.md mends a vulnerability below ${name}, whose range would still let the old version in: add "${name}": patch to it.`,
        );
    });
  return [...new Set([...left, ...floors])];
}

/** True if `^from` does not let `to` in. Of versions without a pre-release. */
export function leavesRange({ from, to }: Pick<Move, "from" | "to">): boolean {
  if (!isReleased(from)) return false;
  const [old, next] = [numbersOf(from), numbersOf(to)];
  const fixed = old.findIndex((number) => number > 0) + 1;
  return old.slice(0, fixed).some((number, index) => number !== next[index]);
}

/** The smallest step by which a package may break its users. */
export function breakingStep(version: string): "minor" | "major" {
  return version.startsWith("0.") ? "minor" : "major";
}

/** Who names a package among what it needs to run. */
export function dependantsOf(manifests: readonly Manifest[], name: string): Manifest[] {
  return manifests.filter(
    ({ dependencies, peerDependencies }) =>
      dependencies?.[name] !== undefined || peerDependencies?.[name] !== undefined,
  );
}

/** Who depends on any of `names`, directly or through others. */
export function allDependantsOf(manifests: readonly Manifest[], names: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const dependant of dependantsOf(manifests, name)) {
      if (found.has(dependant.name)) continue;
      found.add(dependant.name);
      open.push(dependant.name);
    }
  }
  return found;
}

/** Nothing was ever published as 0.0.0. */
function isReleased(version: string): boolean {
  return version !== "0.0.0";
}

function numbersOf(version: string): number[] {
  return (version.split("-")[0] ?? "").split(".").map(Number);
}
