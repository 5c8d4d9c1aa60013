// `pnpm api`: writes the API reports of every package that npm will carry, from what `pnpm build` built.
import "./check-node.js";
import { globSync } from "node:fs";
import { join } from "node:path";
import { writeApiReports } from "./api-report.js";
import { workspaceFolder } from "./tools.js";

const given = process.argv.slice(2);
const folders = given.length > 0 ? given : globSync(["packages/*", "apps/runtime"], { cwd: workspaceFolder });
for (const folder of folders.toSorted()) writeApiReports(join(workspaceFolder, folder));
