/**
 * What an upstream inherits of our environment unless it is told otherwise: where programs are, and nothing else. Tokens,
 * keys and proxies of ours never reach it by accident.
 */
export const INHERITED_VARIABLES = ["PATH"] as const;

/** The named variables of our own environment, those that are set. The only reader of `process.env` in this package. */
export function inheritedEnvironment(names: readonly string[]): { readonly [name: string]: string } {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
