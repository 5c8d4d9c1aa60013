// CPU of verifying an exported log, per entry, over the cost of hashing the same lines once:
// `node --conditions=@aura/source packages/trust/bench/verify-log.bench.ts`. CPU time, so that a busy machine does not decide.
import { hash } from "node:crypto";
import { cpus } from "node:os";
import { logLines, verifierKeyOf, verifyLog } from "../src/index.ts";
import { longLog, ORIGIN, signer } from "./long-log.ts";

const ROUNDS = 5;
const ENTRIES = 100_000;

const file = Buffer.from(await longLog(ENTRIES));
const lines = file.toString().split("\n");
const key = verifierKeyOf(ORIGIN, signer.publicKey);
const chunks = Array.from({ length: Math.ceil(file.length / 262_144) }, (_, at) =>
  file.subarray(at * 262_144, (at + 1) * 262_144),
);

process.stdout.write(
  `Node.js ${process.versions.node}, OpenSSL ${process.versions.openssl}, ${cpus()[0]?.model ?? "unknown CPU"}\n` +
    `${ENTRIES} entries, ${(file.length / ENTRIES).toFixed(0)} bytes a line, CPU time of ${ROUNDS} rounds\n`,
);
const floors: number[] = [];
const costs: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  floors.push(
    await measure(() => {
      for (const line of lines) hash("sha256", line, "base64url");
    }),
  );
  costs.push(
    await measure(async () => {
      const verification = await verifyLog(logLines(chunks), { key });
      if (!verification.ok) throw new Error(verification.what);
    }),
  );
}
row("one SHA-256 a line", floors);
row("verifyLog", costs);
process.stdout.write(`ratio ${(median(costs) / median(floors)).toFixed(1)}
`);

async function measure(act: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / ENTRIES;
}

function row(name: string, microseconds: readonly number[]): void {
  const sorted = microseconds.toSorted((a, b) => a - b);
  process.stdout.write(
    `${name.padEnd(20)} ${median(sorted).toFixed(1)} us an entry (${sorted[0]?.toFixed(1)} to ${sorted.at(-1)?.toFixed(1)})\n`,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
