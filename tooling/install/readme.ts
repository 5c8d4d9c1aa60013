/** What a README tells its reader to run, section by section (`##`), in order. */
export interface ReadmeSection {
  readonly title: string;
  /** The `ts` blocks of the section: one program. Empty if there are none. */
  readonly program: string;
  /** What the program says it prints, as {@link printsAsSaid} takes it. */
  readonly prints: readonly string[];
  /** The `sh` blocks, each a script. A `text` block is for reading. */
  readonly scripts: readonly string[];
}

/**
 * Reads a README. Every `console.log` in it says in a comment what it prints, on its line or on those below.
 * @throws Error for one that does not
 */
export function readmeSections(markdown: string): readonly ReadmeSection[] {
  const sections = markdown.split(/^(?=## )/m);
  return sections.map((text) => {
    const title = /^##? (?<title>.*)$/m.exec(text)?.groups?.["title"] ?? "";
    const program = blocks(text, "ts").join("\n");
    return { title, program, prints: printed(program, title), scripts: blocks(text, "sh") };
  });
}

/**
 * Whether a program printed what its README says: in order, nothing besides; `...` stands for anything, and white space for white
 * space of any other length.
 */
export function printsAsSaid(output: string, prints: readonly string[]): boolean {
  const flat = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
  const pattern = prints
    .map((print) =>
      flat(print)
        .split(/\s*\.\.\.\s*/)
        .map(escaped)
        .join(".*?"),
    )
    .join("\\s+");
  return new RegExp(`^${pattern}$`, "s").test(flat(output));
}

function blocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(/^```(?<language>\w+)\n(?<code>.*?)^```$/gms)]
    .filter(({ groups }) => groups?.["language"] === language)
    .map(({ groups }) => groups?.["code"] ?? "");
}

function printed(program: string, title: string): readonly string[] {
  const said = [
    ...program.matchAll(/console\.log\(.*?\);(?: \/\/ (?<beside>[^\n]*)|\n(?<below>(?:\/\/ [^\n]*\n)+))/gs),
  ];
  const statements = program.split("console.log(").length - 1;
  const prints = said.map(({ groups }) => groups?.["beside"] ?? uncommented(groups?.["below"] ?? ""));
  if (prints.length !== statements) throw new Error(`"${title}": a console.log does not say what it prints`);
  return prints;
}

function uncommented(lines: string): string {
  return lines.replaceAll(/^\/\/ /gm, "");
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
