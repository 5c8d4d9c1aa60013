// What a user writes: founds or opens the chain in the folder of its first argument with the key file of its second, appends
// entries, says so, and keeps the chain open until its input ends.
import { openAuditChain } from "@aura/trust";
import { fileChainStore } from "@aura/trust/file-chain-store";
import { loadKeyFile } from "@aura/trust/key-file";

const [folder = "", keyFile = "", count = "0"] = process.argv.slice(2);
const chain = await openAuditChain(fileChainStore(folder), await loadKeyFile(keyFile), {
  origin: "acme.example/aura/payments",
});
await Promise.all(
  Array.from({ length: Number(count) }, (_, order) =>
    chain.append("refund.sent", { order }, { actor: { id: "refunds", custody: "agent" } }),
  ),
);
await chain.checkpoint();
process.stdout.write(`${chain.size}\n`);
for await (const _ of process.stdin) continue;
await chain.close();
