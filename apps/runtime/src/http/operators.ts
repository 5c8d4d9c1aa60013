import { existsSync } from "node:fs";
import { timingSafeEqual } from "node:crypto";
import { encodeBase64url, hashText } from "@aura/trust";
import type { Random } from "@aura/trust";
import { readText, withClaim, writeDurably } from "../durable-file.ts";
import type { DataFolder } from "../data-folder.ts";
import { operatorsBusy, operatorsForeign } from "../runtime-error.ts";

/** Somebody who may use the API, known by the SHA-256 of a key. The key itself is in no file of the runtime's. */
export interface Operator {
  /** Who acts where an entry says so. */
  readonly person: string;
  /** SHA-256 of the key's text, base64url. */
  readonly keyHash: string;
}

const FORMAT = "aura-operators-1";
/** 256 bits from the system: nobody guesses it, so one plain hash keeps it. */
const KEY_BYTES = 32;
const KEY_PREFIX = "aura-operator-";
/** Who is told in the log where nobody said who operates this machine. */
export const DEFAULT_OPERATOR = "operator";

/** Makes the first operator's key, unless there are operators already. Durable when it resolves. */
export async function createMissingOperator(
  folder: Pick<DataFolder, "operators" | "operatorKey">,
  random: Random,
  person: string = DEFAULT_OPERATOR,
): Promise<"made" | "known"> {
  if (existsSync(folder.operators)) return "known";
  const key = newKey(random);
  await writeDurably(folder.operatorKey, `${key}\n`);
  await writeOperators(folder, [{ person, keyHash: hashText(key) }]);
  return "made";
}

/**
 * Gives a person one more key, in a file of its own (mode 0600) that must not be there yet: a crash between the two writes
 * leaves a key that opens nothing. @throws `runtime/operators_foreign`, `runtime/operators_busy`
 */
export function addOperator(
  folder: Pick<DataFolder, "operators">,
  { random, person, keyFile }: { readonly random: Random; readonly person: string; readonly keyFile: string },
): Promise<Operator> {
  return alone(folder, async () => {
    const operators = await loadOperators(folder);
    const key = newKey(random);
    const operator = { person, keyHash: hashText(key) };
    await writeDurably(keyFile, `${key}\n`);
    await writeOperators(folder, [...operators, operator]);
    return operator;
  });
}

/**
 * Takes back every key of a person, and answers how many there were; the last operator's too, for a stolen key must go whoever
 * holds it. @throws `runtime/operators_foreign`, `runtime/operators_busy`
 */
export function removeOperator(folder: Pick<DataFolder, "operators">, person: string): Promise<number> {
  return alone(folder, async () => {
    const operators = await loadOperators(folder);
    const left = operators.filter((operator) => operator.person !== person);
    if (left.length < operators.length) await writeOperators(folder, left);
    return operators.length - left.length;
  });
}

/** Two who read the same list and write it back would lose the one's change: who comes second is refused and may try again. */
function alone<Value>({ operators }: Pick<DataFolder, "operators">, edit: () => Promise<Value>): Promise<Value> {
  const claim = `${operators}.lock`;
  return withClaim(claim, edit, () => operatorsBusy(claim));
}

/** True for what may stand for a person where the log names who acted. */
export function isPerson(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text);
}

function newKey(random: Random): string {
  return `${KEY_PREFIX}${encodeBase64url(random.bytes(KEY_BYTES))}`;
}

function writeOperators(folder: Pick<DataFolder, "operators">, operators: readonly Operator[]): Promise<void> {
  return writeDurably(folder.operators, `${JSON.stringify({ format: FORMAT, operators }, null, 2)}\n`);
}

/** @throws `runtime/operators_foreign` */
export async function loadOperators(folder: Pick<DataFolder, "operators">): Promise<readonly Operator[]> {
  if (!existsSync(folder.operators)) return [];
  const operators = parseOperators(await readText(folder.operators));
  if (operators === undefined) throw operatorsForeign(folder.operators);
  return operators;
}

/** Whose key that is. Compares with every operator, each in constant time. */
export function findOperator(operators: readonly Operator[], key: string): Operator | undefined {
  const given = Buffer.from(hashText(key));
  let found: Operator | undefined;
  for (const operator of operators) {
    if (timingSafeEqual(given, Buffer.from(operator.keyHash))) found = operator;
  }
  return found;
}

function parseOperators(text: string): readonly Operator[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { format, operators } = value as { readonly [member: string]: unknown };
  return format === FORMAT && Array.isArray(operators) && operators.every(isOperator) ? operators : undefined;
}

function isOperator(value: unknown): value is Operator {
  if (typeof value !== "object" || value === null) return false;
  const { person, keyHash } = value as { readonly [member: string]: unknown };
  const named = typeof person === "string" && isPerson(person);
  return named && typeof keyHash === "string" && /^[A-Za-z0-9_-]{43}$/.test(keyHash);
}
