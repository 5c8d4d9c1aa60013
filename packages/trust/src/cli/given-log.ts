import type { WitnessKey } from "../cosignature.ts";
import type { VerifierKey } from "../verifier-key.ts";
import type { WitnessAnchors } from "../witness-quorum.ts";
import { type Command, type Given, wrong } from "./arguments.ts";
import { givenKey, givenWitness } from "./given.ts";

/** `--key`, once. @throws `trust/usage`, `trust/file_unreadable` */
export async function logKeyOf(command: Command, given: Given): Promise<VerifierKey> {
  const [keyText, ...more] = given.options("key");
  if (keyText === undefined)
    throw wrong(command, "--key is missing: a log is verified with the key that its owner gave you.");
  if (more.length > 0) throw wrong(command, "--key is given twice.");
  return givenKey(keyText);
}

/** `--witness`, any number of them, and how many of them `--quorum` asks for: all, unless it says otherwise. */
export async function witnessesOf(command: Command, given: Given): Promise<{ readonly witnesses?: WitnessAnchors }> {
  const [texts, quorumText] = [given.options("witness"), given.option("quorum")];
  if (texts.length === 0 && quorumText === undefined) return {};
  const keys: WitnessKey[] = [];
  for (const text of texts) keys.push(await givenWitness(text));
  const different = new Set(keys.map(({ key }) => key.kid)).size;
  const quorum = quorumText === undefined ? different : Number(quorumText);
  if (!/^[1-9][0-9]{0,3}$/.test(String(quorumText ?? quorum)) || quorum > different) {
    throw wrong(command, `--quorum is not a number from 1 to the ${different} different witnesses that are given.`);
  }
  return { witnesses: { keys, quorum } };
}
