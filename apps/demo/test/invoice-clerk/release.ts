/** What the operator of this namespace allows: two tools that read, one that writes, each in its own folder, and nothing else. */
export const release = {
  format: "aura-release-1",
  agents: [{ name: "invoice-clerk", version: "1", owner: "accounts-payable", authority: "L1" }],
  tools: [
    readTool("list_directory"),
    readTool("read_text_file"),
    {
      name: "write_file",
      upstream: "files",
      class: "write",
      tags: ["files"],
      attemptTimeoutMs: 1_000,
      repeatable: false,
      find: {
        tool: "read_text_file",
        arguments: { path: { from: "/path" } },
        equals: { from: "/content" },
        findAfterMs: 0,
      },
      compensation: {
        tool: "move_file",
        arguments: { source: { from: "/path" }, destination: { prefix: "undone/", from: "/path" } },
      },
    },
    {
      name: "move_file",
      upstream: "files",
      class: "write",
      tags: ["files"],
      attemptTimeoutMs: 1_000,
      repeatable: false,
      compensation: {
        tool: "move_file",
        arguments: { source: { from: "/destination" }, destination: { from: "/source" } },
      },
    },
  ],
  rules: [
    {
      id: "clerk-may-work",
      effect: "PERMIT",
      on: "mission",
      match: { agents: ["invoice-clerk"] },
      reason: "The clerk totals invoices on its own authority.",
    },
    {
      id: "read-invoices",
      effect: "PERMIT",
      on: "call",
      match: { tools: ["list_directory", "read_text_file"] },
      when: { argument: "path", is: { constraint_type: "path", within: "invoices" } },
      reason: "Invoices are there to be read.",
    },
    {
      id: "write-reports",
      effect: "PERMIT",
      on: "call",
      match: { tools: ["write_file"] },
      when: { argument: "path", is: { constraint_type: "path", within: "reports" } },
      reason: "Reports are what the clerk is for.",
    },
    {
      id: "invoices-stay",
      effect: "DENY",
      on: "call",
      match: { tools: ["move_file"] },
      reason: "An invoice stays where it was received, whatever its text asks for.",
    },
  ],
} as const;

function readTool(name: string) {
  return {
    name,
    upstream: "files",
    class: "read",
    tags: ["files"],
    attemptTimeoutMs: 5_000,
    repeatable: true,
  } as const;
}
