// Appends to the chain in the folder of its first argument from 8 places at once, and prints each acknowledged entry, until
// it is killed.
import { writeSync } from "node:fs";
import { openAuditChain, signerFromSeed } from "@aura/trust";
import { fileChainStore } from "@aura/trust/file-chain-store";

const [folder = ""] = process.argv.slice(2);
const chain = await openAuditChain(fileChainStore(folder), signerFromSeed(new Uint8Array(32).fill(41)), {
  origin: "acme.example/aura/payments",
});
await Promise.all(
  Array.from({ length: 8 }, async (_, writer) => {
    for (let order = 0; ; order += 1) {
      const actor = { id: `writer-${writer}`, custody: "agent" } as const;
      const { seq, leaf } = await chain.append("order.refunded", { order }, { actor });
      writeSync(1, `${seq} ${leaf}\n`);
    }
  }),
);
