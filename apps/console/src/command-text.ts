/** A command of `aura` as it is written where this page comes from: the demo runs in the workspace, which has no `aura` on the path. */
export function commandText(words: string, demo: boolean): string {
  return demo ? `npx -y pnpm@12.18.0 aura ${words}` : `aura ${words}`;
}
