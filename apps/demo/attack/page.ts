import type { PlacedAttack, Step } from "./attack.ts";

const WIDTH = 110;

/** What a sceptic reads before pasting. Pure. */
export function pageOf(attack: PlacedAttack): readonly string[] {
  const { n, title, has, must, broken, limits, steps } = attack;
  return [
    `${n}. ${title}`,
    ...wrapped("   The attacker has   ", has),
    ...wrapped("   What must happen   ", must),
    ...wrapped("   Broken would be    ", broken),
    ...limits.flatMap((limit) => wrapped("   Still possible     ", limit)),
    "",
    ...steps.flatMap(stepLines),
    "",
  ];
}

function stepLines({ does, command, kind, exits, says }: Step): readonly string[] {
  const label = kind === "attack" ? "must fail" : kind === "limit" ? "a limit" : "prepares";
  const shown = says.length === 0 ? "" : `, says ${says.map((part) => `"${part}"`).join(" and ")}`;
  return [...wrapped(`   # (${label}) `, `${does}${shown} [exit code ${exits}]`, "   #   "), `   ${command}`];
}

function wrapped(first: string, text: string, next: string = " ".repeat(first.length)): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let isFresh = true;
  for (const word of text.split(" ")) {
    if (!isFresh && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = next;
      isFresh = true;
    }
    line += isFresh ? word : ` ${word}`;
    isFresh = false;
  }
  return [...lines, line];
}
