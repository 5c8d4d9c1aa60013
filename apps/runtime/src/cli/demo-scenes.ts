import type { StoryScene } from "../demo/demo-story.ts";
import type { Terminal } from "./terminal.ts";

/** The head of a scene. */
export function tellScene(terminal: Terminal, { n, title }: Pick<StoryScene, "n" | "title">): void {
  terminal.story([]);
  terminal.story([
    { text: `${n}  `, tone: "dim" },
    { text: title, tone: "strong" },
  ]);
  terminal.json({ scene: n, title });
}

/** Where to look now, and what to try. */
export function tellLook(
  terminal: Terminal,
  { n, look }: Pick<StoryScene, "n" | "look">,
  made: { readonly mission: string; readonly approval: string },
): void {
  const lines = look.map((line) => line.replaceAll("<mission>", made.mission).replaceAll("<approval>", made.approval));
  for (const text of lines) terminal.line(`   ${text}`);
  terminal.json({ scene: n, ...made, look: lines });
}
