import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { isAuraError, systemRandom } from "@aura/trust";
import { loadIdentity } from "../data-folder.ts";
import type { DataFolder } from "../data-folder.ts";
import { addOperator, isPerson, loadOperators, removeOperator } from "../http/operators.ts";
import { operatorUnknown, outputRefused, usage } from "../runtime-error.ts";
import { chosenFolder } from "./chosen-folder.ts";
import { readArguments } from "./command.ts";
import type { Arguments, Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { shown } from "./init.ts";
import { outputPath } from "./output-path.ts";
import type { Terminal } from "./terminal.ts";

/** A change takes milliseconds: whoever finds another one under way looks again this often before they are refused. */
const TRIES_MAX = 50;
const PAUSE_MS = 50;

/** Changes who may use the API. A running runtime reads the file anew for each request, so both hold at once. */
export const operatorCommand: Command = {
  name: "operator",
  summary: "Gives a person a key for the API, takes all of a person's keys back, or lists who has one.",
  usage: "aura operator add PERSON --out FILE [--data DIR], aura operator remove PERSON, aura operator list",
  async run(args, host) {
    const [verb] = args;
    const given = readArguments(this, args, {
      options: { data: { type: "string" }, out: { type: "string" }, json: { type: "boolean" } },
      words: verb === "list" ? 1 : 2,
    });
    const folder = chosenFolder(given);
    await loadIdentity(folder);
    const terminal = host.terminal(given.flag("json") ? "json" : "people");
    const person = given.words[1] ?? "";
    if (verb === "list") await list(folder, terminal);
    else if (verb === "add") await add(person, { folder, given, terminal });
    else if (verb === "remove") await remove(person, folder, terminal);
    else throw usage(`\`aura operator\` cannot ${verb ?? "that"}.`, `Write: ${this.usage}`);
    return EXIT.DONE;
  },
};

async function list(folder: DataFolder, terminal: Terminal): Promise<void> {
  const operators = await loadOperators(folder);
  for (const { person, keyHash } of operators) {
    terminal.line(`${person}  ${keyHash}`);
    terminal.json({ person, keyHash });
  }
  if (operators.length === 0) terminal.line("Nobody: `aura operator add` gives somebody a key.");
}

interface Adding {
  readonly folder: DataFolder;
  readonly given: Arguments;
  readonly terminal: Terminal;
}

/** The key goes into a file and nowhere else: what is printed is kept by terminals and logs. */
async function add(person: string, { folder, given, terminal }: Adding): Promise<void> {
  if (!isPerson(person)) {
    throw usage(`${person} is no id of a person.`, "Use 1 to 63 lower-case letters, digits and hyphens.");
  }
  const out = await outputPath(given.required("out"), folder);
  if (existsSync(out)) throw outputRefused(out, "it exists, and a key never replaces a file");
  const { keyHash } = await inTurn(() => addOperator(folder, { random: systemRandom, person, keyFile: out }));
  terminal.line(`Person ${person} may use the API with the key in ${shown(out)}. Hand it over, and keep no copy.`);
  terminal.json({ added: person, keyHash, key: out });
}

async function remove(person: string, folder: DataFolder, terminal: Terminal): Promise<void> {
  const removed = await inTurn(() => removeOperator(folder, person));
  if (removed === 0) throw operatorUnknown(person);
  terminal.line(
    `Person ${person} may not use the API any more: ${removed} key(s) taken back, the page's sessions ended.`,
  );
  terminal.json({ removed: person, keys: removed });
}

/** Waits for whoever else changes the operators right now. @throws `runtime/operators_busy` if they do not end */
async function inTurn<Value>(change: () => Promise<Value>): Promise<Value> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await change();
    } catch (error) {
      if (tries === TRIES_MAX || !isAuraError(error, "runtime/operators_busy")) throw error;
    }
    await pause(PAUSE_MS);
  }
}
