// What one decision costs at 10, 100 and 1,000 rules: `node --conditions=@aura/source packages/governance/bench/decide.bench.ts`.
// The rules are spread over a tool for every ten of them; the request digest is what every audited decision pays on top.
import { cpus } from "node:os";
import { decide, parseRelease, requestDigest, type Rule } from "../src/index.ts";

const ROUNDS = 15;
const REQUESTS = 20_000;
const RULES_PER_TOOL = 10;

process.stdout.write(`Node.js ${process.versions.node}, ${cpus()[0]?.model ?? "unknown CPU"}\n`);
process.stdout.write("rules   decide us (median, min-max)   of which digest us   without digest, against 10 rules\n");
let floor: number | undefined;
for (const size of [10, 100, 1_000]) {
  const release = aRelease(size);
  const requests = Array.from({ length: 64 }, (_, index) =>
    aRequest(index % Math.max(1, size / RULES_PER_TOOL), index),
  );
  const whole = measure((index) => decide(release, requests[index % requests.length]!));
  const digest = measure((index) => requestDigest(requests[index % requests.length]!));
  const bare = whole.median - digest.median;
  floor ??= bare;
  process.stdout.write(
    `${String(size).padStart(5)}   ${us(whole.median)} (${us(whole.min)} - ${us(whole.max)})        ${us(digest.median)}             ${us(bare)} (${(bare / floor).toFixed(1)}x)\n`,
  );
}

function aRelease(size: number) {
  const tools = Array.from({ length: Math.max(1, size / RULES_PER_TOOL) }, (_, index) => ({
    name: `tool-${index}`,
    upstream: "bench",
    class: "read",
    tags: [],
    attemptTimeoutMs: 1_000,
    repeatable: false,
  }));
  const rules = Array.from({ length: size }, (_, index) => aRule(index, `tool-${index % tools.length}`));
  const agents = [{ name: "bencher", version: "1", owner: "lab", authority: "L1" }];
  return parseRelease({ format: "aura-release-1", agents, tools, rules });
}

function aRule(index: number, tool: string): Rule {
  const amount = { constraint_type: "range", min: 1_000 + index } as const;
  const path = { constraint_type: "path", within: `folder-${index % 7}` } as const;
  return {
    id: `rule-${index}`,
    on: "call",
    match: { tools: [tool] },
    reason: "bench",
    ...(index % 3 === 0
      ? {
          effect: "PERMIT",
          when: {
            all: [
              { argument: "path", is: path },
              { argument: "amount", present: true },
            ],
          },
        }
      : {
          effect: "DENY",
          when: {
            any: [
              { argument: "amount", is: amount },
              { argument: "force", present: true },
            ],
          },
        }),
  };
}

function aRequest(tool: number, index: number) {
  const name = `tool-${tool}`;
  const hash = "A".repeat(43) as never;
  return {
    kind: "call",
    namespace: "bench",
    agent: { id: "bencher", custody: "agent" },
    mission: { id: "m1", objectiveDigest: hash, authority: "L1", tools: [name] },
    call: {
      key: `1.${index}`,
      tool: {
        name,
        upstream: "bench",
        class: "read",
        tags: [],
        attemptTimeoutMs: 1_000,
        repeatable: false,
        description: "",
        inputSchema: {},
        digest: hash,
      },
      arguments: { path: `folder-${index % 7}/file.txt`, amount: index, note: "what an agent says about it" },
    },
    facts: {},
  } as const;
}

/** Microseconds of one run, over rounds. */
function measure(run: (index: number) => unknown): { median: number; min: number; max: number } {
  const rounds = Array.from({ length: ROUNDS + 1 }, () => {
    const startedMs = performance.now();
    for (let index = 0; index < REQUESTS; index++) run(index);
    return ((performance.now() - startedMs) * 1_000) / REQUESTS;
  });
  const sorted = rounds.slice(1).toSorted((one, other) => one - other);
  return { median: sorted[sorted.length >> 1] ?? 0, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 };
}

function us(value: number): string {
  return value.toFixed(2).padStart(6);
}
