// The `aura` command as a process that dies at a point: `AURA_CRASH='{"point":...,"sends":...,"counts":...}' node child.ts start ...`
import { writeFileSync } from "node:fs";
import { runProcess } from "../src/cli/process.ts";
import type { WorkCount } from "./crash-point.ts";
import { dieAt } from "./die-at.ts";
import type { Errand } from "./die-at.ts";

const errand = JSON.parse(process.env["AURA_CRASH"] ?? "null") as Errand | null;
if (errand === null) throw new Error("AURA_CRASH says where to die; this file is only for the crash harness.");
let last: WorkCount | undefined;
const killGroup = (): void => {
  process.kill(-process.pid, "SIGKILL");
};
process.on("exit", () => writeFileSync(errand.counts, JSON.stringify(last ?? null)));
await runProcess(dieAt(errand, killGroup, (count) => (last = { ...count })));
