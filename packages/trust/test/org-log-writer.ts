// Runs an org log in the folder of its first argument: eight namespaces submit and it ticks, all at once, as fast as they can. Prints
// what was acknowledged, until it is killed.
import { writeSync } from "node:fs";
import { join } from "node:path";
import { openOrgLog, systemClock } from "@aura/trust";
import { fileChainStore, orgLogFolder } from "@aura/trust/file-chain-store";
import { aNamespace, ORG_ORIGIN, orgKey } from "./org-log-world.ts";

const [folder = ""] = process.argv.slice(2);
const orgLog = await openOrgLog(fileChainStore(join(folder, "chain")), orgKey, {
  origin: ORG_ORIGIN,
  tickMs: 1,
  state: orgLogFolder(join(folder, "state")),
  clock: systemClock,
});
async function ticking(): Promise<never> {
  for (;;) {
    const { fresh, seq } = await orgLog.tick();
    if (fresh) writeSync(1, `tick ${seq}\n`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
await Promise.all([
  ticking(),
  ...Array.from({ length: 8 }, async (_, at) => {
    const one = await aNamespace(`ns-${at}`, at + 1);
    await orgLog.register(one.key);
    for (let entries = 0; ; entries += 1) {
      await one.grow(1, entries);
      const answer = await one.submitTo(orgLog);
      writeSync(1, answer.ok ? `taken ${at} ${answer.size}\n` : `refused ${at} ${answer.reason}\n`);
      if (!answer.ok && answer.reason !== "behind") throw new Error(answer.reason);
    }
  }),
]);
