/** A value of `Base` that only the parser named in its docstring can make: a `RunId` never fits where a `MissionId` goes. */
export type Brand<Base, Name extends string> = Base & { readonly __brand: Name };
