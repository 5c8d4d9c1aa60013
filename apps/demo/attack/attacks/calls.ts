import { ATTACK } from "../attack.ts";
import type { Attack, Place, Step } from "../attack.ts";

const HELD = "Every attempt was refused, or changed nothing.";

/** Attacks on what lets a call or a payment through: proofs, tokens, votes, agents, kills. */
export const callAttacks: readonly Attack[] = [
  {
    n: 1,
    title: "Replay a call",
    has: "credential, token and proof of a real call that paid, taped to the last byte, and the call path of the runtime. (The HTTP API takes no calls of agents yet, so the call path is used as a library, with the real rules, log and payments server, on a copy.)",
    must: "The recorded answer, and nothing else: the call's own stream is the mark against replay, across restarts too. A proof binds one call, tool, amount and token, for 30 s.",
    broken: "A second row in the ledger, an entry more in the log, or an answer of success to another amount.",
    limits: [
      "Who replays within 30 s reads the recorded answer again; who taped the call knows it already. The log keeps proofs, never a credential or a token.",
    ],
    stepsIn: (place) => [copyStep(place, "1"), program(place, "replay 1", "Every way to use the taped call again")],
  },
  {
    n: 2,
    title: "Use another agent's token",
    has: "real tokens that are not his: of another mission, of another agent, of a victim whose key he does not have. On a copy, over the call path as a library.",
    must: "Refused by name, with no entry and no byte sent: credential, token and proof must be of one key, one agent and one mission.",
    broken: "A payment, or an entry in the victim's name.",
    limits: [
      "Who has an agent's key as well is that agent, until it is revoked: agents inside the runtime never have one.",
    ],
    stepsIn: (place) => [
      copyStep(place, "2"),
      program(place, "foreign-token 2", "Every mix of stolen tokens and own keys"),
    ],
  },
  {
    n: 3,
    title: "Steal a vote",
    has: "the running demo, the operator's key, and real votes of a real approver for something else.",
    must: "Each stolen, altered or doubled vote is refused by name, and nothing is recorded: a vote is a signature over one exact request and counts once. The one real vote pays once. (It launches two payments of its own on the running demo: one is paid, one rejected.)",
    broken: "A payment that its approver did not sign, or two rows for one vote.",
    limits: [
      "Who can read an approver's key file signs as that person: on one laptop that is you. Use the page's key, or another machine.",
    ],
    stepsIn: (place) => [
      program(place, "vote", "Votes for other amounts, calls and missions, by wrong persons, twice"),
    ],
  },
  {
    n: 9,
    title: "An agent whose code was taken over",
    has: "any code, in the agent's own process, under a real runtime in a folder of its own.",
    must: "Keys, ledger, log, environment, files, processes and the runtime's debugger are out of its reach, the rules deny its payments, and the API asks for a key.",
    broken: "A key's length where a refusal should be, a row in the ledger, or an open debugger.",
    limits: [
      "The agent keeps the network, and all the memory and processor time that it takes. It is no sandbox against code that means harm. The network is shown, as `limit`.",
    ],
    stepsIn: (place) => [
      {
        ...program(place, "hostile 9", "Reads keys and ledger, writes, spawns, signals, pays, calls the API"),
        says: [HELD, "limit  it tries to reach a server over the network"],
      },
    ],
  },
  {
    n: 10,
    title: "Kill the runtime during a payment",
    has: "kill -9, while the payments server is working.",
    must: "Two kills, each in a payment under way: every payment is one row in the ledger, the mission ends SUCCEEDED, the log verifies. The intent was durable before a byte left, and the ledger knows the call's key.",
    broken: "Two rows for one payment, a payment that is lost, or a mission that never ends.",
    limits: [
      "A receiver without idempotency keys and without a way to ask leaves such a call to a person: never a second try.",
    ],
    stepsIn: (place) => [program(place, "kill", "Begins scene 5, kills the runtime twice, counts rows")],
  },
];

function program(place: Place, words: string, does: string): Step {
  return { does, command: `${ATTACK} ${words}${at(place)}`, kind: "attack", exits: 0, says: [HELD], never: ["BROKEN"] };
}

export function copyStep(place: Place, name: string): Step {
  return {
    does: "Copies the demo as it is",
    command: `${ATTACK} copy ${name}${at(place)}`,
    kind: "prepare",
    exits: 0,
    says: ["is a copy of"],
  };
}

/** Nothing where the demo is where it always is. */
export function at({ data }: Place): string {
  return data === ".aura/demo" ? "" : ` --data ${data}`;
}
