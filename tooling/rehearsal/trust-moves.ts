import { CONTRACT_TOOLS, runCommands, runContracts } from "./dependants.ts";
import { TRUST, aChangeset, isMarked, markTrust, moved, project, release } from "./world.ts";
import type { World } from "./world.ts";

/** Ids that are spelled otherwise: the same types, and nobody above takes them. */
const BREAK = { file: "packages/trust/src/uuid.ts", sound: '].join("-")', broken: '].join("_")' };

/**
 * Trust goes on by a patch and by a minor while its dependants stay as they were published (N-1), and by a patch that
 * breaks them: a check that could not see that would be none.
 */
export async function trustMoves(world: World): Promise<void> {
  const { table, checkout } = world;
  const before = checkout.versions();

  table.step("A patch of trust");
  markTrust(world, "patch");
  const patch = moved(world, { [TRUST]: "patch" });
  table.equal("moves trust alone", await release(world, [aChangeset({ [TRUST]: "patch" })]), patch);
  await dependantsHold(world, "after-patch", before, "patch");

  table.step("A minor of trust");
  markTrust(world, "minor");
  const minor = moved(world, { [TRUST]: "minor" });
  table.equal("moves trust alone", await release(world, [aChangeset({ [TRUST]: "minor" })]), minor);
  await dependantsHold(world, "after-minor", before, "minor");

  table.step("A break of trust that calls itself a patch and that no type shows");
  checkout.edit(BREAK.file, (text) => text.replace(BREAK.sound, BREAK.broken));
  await release(world, [aChangeset({ [TRUST]: "patch" })]);
  const consumer = await withDependants(world, "after-break", before);
  const verdict = await runContracts(consumer);
  table.row("is seen by the contract suites of the published dependants", !verdict.passed, verdict.seen);
  checkout.edit(BREAK.file, (text) => text.replace(BREAK.broken, BREAK.sound));
  await release(world, [aChangeset({ [TRUST]: "patch" })]);
}

/** The dependants as they were published before, with the trust that the checkout published last. */
async function withDependants(
  world: World,
  name: string,
  before: Readonly<Record<string, string>>,
): Promise<ReturnType<typeof project>> {
  const consumer = project(world, name);
  await consumer.install({ ...before, [TRUST]: world.checkout.versions()[TRUST] ?? "", ...CONTRACT_TOOLS });
  return consumer;
}

async function dependantsHold(
  world: World,
  name: string,
  before: Readonly<Record<string, string>>,
  mark: string,
): Promise<void> {
  const { table, checkout } = world;
  const consumer = await withDependants(world, name, before);
  const seen = Object.keys(before).map((dependant) =>
    dependant === TRUST ? consumer.versionOf(TRUST) : consumer.versionOf(TRUST, dependant),
  );
  table.equal(
    "the dependants published before take the new trust: one copy",
    [...new Set(seen)],
    [checkout.versions()[TRUST] ?? ""],
  );
  table.row("it is the trust that was changed", isMarked(consumer, mark));
  const contracts = await runContracts(consumer);
  table.row("their contract suites pass with it", contracts.passed, contracts.seen);
  const commands = await runCommands(consumer);
  table.row("their commands work with it", commands.passed, commands.seen);
}
