import { ATTACK, AURA, AURA_TRUST } from "../attack.ts";
import type { Attack, Place, Step } from "../attack.ts";
import { copyStep } from "./calls.ts";

const EXIT_REFUSED = 3;
const EXIT_WAITING = 8;
const EXIT_LOG_CHANGED = 10;
const DENIAL = "where text like '%call.denied%'";
const EDIT = `update entry set text = replace(text, 'pay-only-known-suppliers', 'pay-anybody') ${DENIAL}`;
const AMOUNTS = "update payload set text = replace(text, '412.50', '912.50') where text like '%412.50%'";

/** Attacks of whoever owns the database. */
export const logAttacks: readonly Attack[] = [
  {
    n: 4,
    title: "Edit the database as its owner",
    has: "the database file (copies of it), and SQL.",
    must: "Triggers refuse. With the triggers dropped, an edited entry does not fit its hash, and neither export nor verification gives it out; an edited argument or result does not fit its commitment, and nobody is shown it.",
    broken: "An export that verifies with the edited entry, or an API that shows 912.50 where 412.50 was paid.",
    limits: [
      "Tables and counters are derived from the log, and an edit of them is not seen at start: a spent budget can be emptied. Whoever rebuilds them from the log sees it.",
    ],
    stepsIn: (place) => [
      copyStep(place, "4"),
      sql(
        place,
        "4",
        EDIT,
        "Changes the rule in a denial, with the triggers in the way",
        1,
        "entry is append-only",
        "attack",
      ),
      sql(
        place,
        "4",
        `drop trigger entry_is_not_updated; ${EDIT}`,
        "The same without the trigger",
        0,
        "row(s) changed",
        "prepare",
      ),
      {
        does: "Exports the edited log",
        command: `${AURA} export --data ${copy(place, "4")} --out ${copy(place, "4")}.jsonl`,
        kind: "attack",
        exits: EXIT_REFUSED,
        says: ["is not what was appended", "store/corrupt"],
      },
      copyStep(place, "4-payload"),
      sql(
        place,
        "4-payload",
        `drop trigger payload_is_only_erased; ${AMOUNTS}`,
        "Changes an amount in arguments and results",
        0,
        "row(s) changed",
        "prepare",
      ),
      {
        does: "Starts a runtime on it and asks what the page would show",
        command: `${ATTACK} look ${copy(place, "4-payload")}`,
        kind: "attack",
        exits: 0,
        says: ['pay succeeded: "altered"', "268.00"],
        never: ["912.50"],
      },
      copyStep(place, "4-table"),
      sql(
        place,
        "4-table",
        "update counter set value = 0 where key like 'budget/%'",
        "Empties a spent budget in the tables",
        0,
        "1 row(s) changed",
        "prepare",
      ),
      start(place, "4-table", "Starts the runtime: it does not see it", EXIT_WAITING, "waits for a person", "limit"),
      {
        does: "Holds the tables against the log, which says what was spent",
        command: `${ATTACK} tables ${copy(place, "4-table")}`,
        kind: "attack",
        exits: 1,
        says: ["by the log:", "budget/payments-of-the-day"],
      },
    ],
  },
  {
    n: 5,
    title: "Cut the log",
    has: "the database file (copies of it), and the wish that the newest entries had never been. An outsider kept a signed checkpoint.",
    must: "Refused at start, by exit code 10: what was signed covers more than the log holds, in the database and in the checkpoints that are kept as files beside it.",
    broken: "A runtime that starts and signs another history over the same positions.",
    limits: [
      "Who also removes the kept checkpoints is not seen at start, nor by verifying the file alone. A checkpoint that lies elsewhere (`--since`) sees it, for what it covers: entries after the newest checkpoint that anybody kept can be cut unseen.",
    ],
    stepsIn: (place) => [
      exportStep(place),
      copyStep(place, "5"),
      sql(
        place,
        "5",
        "drop trigger entry_is_not_deleted; delete from entry where seq >= (select max(size) - 5 from signed_tree)",
        "Deletes the newest entries: five that were signed, and all after them",
        0,
        "row(s) changed",
        "prepare",
      ),
      start(place, "5", "Starts the runtime on it", EXIT_LOG_CHANGED, "store/log_cut", "attack"),
      copyStep(place, "5-careful"),
      {
        does: "Cuts five entries under the newest kept checkpoint and all after them, with care: triggers, signed trees, tiles and tables too",
        command: `${ATTACK} cut ${copy(place, "5-careful")} 5`,
        kind: "prepare",
        exits: 0,
        says: ["entries are gone, 5 of them under a kept checkpoint"],
      },
      start(
        place,
        "5-careful",
        "Starts the runtime: the kept checkpoints are in the way",
        EXIT_LOG_CHANGED,
        "runtime/log_cut",
        "attack",
      ),
      ...withoutCheckpoints(place, "5-careful"),
    ],
  },
  {
    n: 7,
    title: "Restart with a rewritten log",
    has: "the database file (copies of it), in the end also the log key, and time: every hash, link, tree and table is made anew, so that everything fits but what a denial says.",
    must: "Refused at start, by exit code 10: the new log does not extend the checkpoint that was kept, signed with the stolen key or not.",
    broken: "A runtime that goes on with the rewritten history.",
    limits: [
      "With the log key, and the kept checkpoints removed, the rewritten log starts and verifies alone. A checkpoint that lies elsewhere sees it. With the log key, what was appended after the newest checkpoint that anybody kept can be rewritten unseen (the runtime keeps one at start, end and export, and each minute). No witness signs checkpoints yet.",
    ],
    stepsIn: (place) => [
      exportStep(place),
      copyStep(place, "7"),
      rewrite(place, "7", "", "the signature is the old one"),
      start(place, "7", "Starts the runtime on it", EXIT_LOG_CHANGED, "runtime/log_rewritten", "attack"),
      copyStep(place, "7-key"),
      rewrite(place, "7-key", " log-key", "signed anew with the stolen log key"),
      start(place, "7-key", "Starts the runtime on it", EXIT_LOG_CHANGED, "runtime/log_rewritten", "attack"),
      ...withoutCheckpoints(place, "7-key"),
    ],
  },
];

/** What is not seen once nothing is kept beside the log, and who sees it still. */
function withoutCheckpoints(place: Place, name: string): readonly Step[] {
  const folder = copy(place, name);
  const verify = `${AURA_TRUST} verify ${folder}.jsonl --key ${place.data}/log.vkey`;
  return [
    start(
      place,
      name,
      "Removes the kept checkpoints and starts again: it is not seen",
      EXIT_WAITING,
      "waits for a person",
      "limit",
      `rm -r ${folder}/checkpoints && `,
    ),
    {
      does: "Exports it and verifies the file alone: it is not seen, and what was not checked is said",
      command: `${AURA} export --data ${folder} --out ${folder}.jsonl && ${verify}`,
      kind: "limit",
      exits: 0,
      says: ["OK (without witness, older checkpoint, root key)"],
    },
    {
      does: "Verifies it against the checkpoint that the outsider kept",
      command: `${verify} --since ${folder}.elsewhere.txt`,
      kind: "attack",
      exits: 1,
      says: ["REFUSED: ", "older checkpoint"],
    },
  ];
}

/** Signs and keeps a checkpoint of now, in the folder and for the outsider. */
function exportStep({ data, copies }: Place): Step {
  return {
    does: "Exports the demo's log, which keeps a signed checkpoint",
    command: `mkdir -p ${copies} && ${AURA} export --data ${data} --out ${copies}/outsider.jsonl`,
    kind: "prepare",
    exits: 0,
    says: ["entries to"],
  };
}

function rewrite(place: Place, name: string, key: string, says: string): Step {
  return {
    does: "Rewrites the whole log",
    command: `${ATTACK} rewrite ${copy(place, name)}${key}`,
    kind: "prepare",
    exits: 0,
    says: [says],
    never: ["0 entries say"],
  };
}

function sql(
  place: Place,
  name: string,
  statements: string,
  does: string,
  exits: number,
  says: string,
  kind: Step["kind"],
): Step {
  return {
    does,
    command: `${ATTACK} sql ${copy(place, name)} "${statements}"`,
    kind,
    exits,
    says: [says],
    never: ["done, 0 row"],
  };
}

function start(
  place: Place,
  name: string,
  does: string,
  exits: number,
  says: string,
  kind: Step["kind"],
  before = "",
): Step {
  return {
    does,
    command: `${before}${AURA} start --app apps/demo --data ${copy(place, name)} --until-idle`,
    kind,
    exits,
    says: [says],
  };
}

function copy({ copies }: Place, name: string): string {
  return `${copies}/${name}`;
}
