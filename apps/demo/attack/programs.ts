import type { Program } from "./program.ts";

/** The attacker's small programs, by the name that a command has. Each is loaded when it is used. */
export const PROGRAMS: { readonly [name: string]: Program } = {
  copy: async (...given) => (await import("./programs/copy.ts")).copy(...given),
  cut: async (...given) => (await import("./programs/cut.ts")).cut(...given),
  "foreign-token": async (...given) => (await import("./programs/foreign-token.ts")).foreignToken(...given),
  hostile: async (...given) => (await import("./programs/hostile.ts")).hostile(...given),
  http: async (...given) => (await import("./programs/http.ts")).http(...given),
  kill: async (...given) => (await import("./programs/kill.ts")).kill(...given),
  look: async (...given) => (await import("./programs/look.ts")).look(...given),
  pay: async (...given) => (await import("./programs/pay.ts")).pay(...given),
  replay: async (...given) => (await import("./programs/replay.ts")).replay(...given),
  rewrite: async (...given) => (await import("./programs/rewrite.ts")).rewrite(...given),
  sql: async (...given) => (await import("./programs/sql.ts")).sql(...given),
  tables: async (...given) => (await import("./programs/tables.ts")).tables(...given),
  vote: async (...given) => (await import("./programs/vote.ts")).vote(...given),
};
