import type * as NodeCrypto from "node:crypto";

let found: typeof NodeCrypto | undefined;

/** `node:crypto` where there is one (Node, Bun, Deno), asked for at use so that this package loads in a browser too. */
export function nodeCrypto(): typeof NodeCrypto | undefined {
  found ??= globalThis.process?.getBuiltinModule?.("node:crypto");
  return found;
}
