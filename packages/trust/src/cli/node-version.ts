/** Why this Node.js cannot run the program; `undefined` if it can. Imports nothing, so that any Node can ask. */
export function tooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 18)) return undefined;
  return `aura-trust needs Node.js 22.18 or newer; this is ${version}. Install Node.js 24 LTS and run it again.`;
}
