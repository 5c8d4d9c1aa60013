// `pnpm release:plan`: what the next release moves, and whether it may. Touches nothing.
import { appendFileSync } from "node:fs";
import { workspaceFolder } from "../tools.js";
import { planRelease } from "./plan.ts";
import { planProblems } from "./policy.ts";

const plan = planRelease({ folder: workspaceFolder });
for (const { name, from, to, type } of plan.moves) {
  const named = plan.changesets.some(({ releases }) => releases.some((release) => release.name === name));
  process.stdout.write(
    `${name.padEnd(18)} ${from} -> ${to}  ${type}${named ? "" : ", because of what it depends on"}\n`,
  );
}
// A workflow's next jobs read it there.
const outputs = process.env["GITHUB_OUTPUT"];
if (outputs !== undefined) appendFileSync(outputs, `waiting=${plan.changesets.length > 0}\n`);
if (plan.moves.length === 0) process.stdout.write("No changesets wait: nothing moves.\n");
for (const problem of planProblems(plan)) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
