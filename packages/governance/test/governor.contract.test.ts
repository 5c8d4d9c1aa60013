import { AN_AGENT, governorContract } from "@aura/mission/testing";
import { createGovernor, parseRelease } from "../src/index.ts";
import { anOrganisation } from "./an-organisation.ts";
import { aDocument, aRegistration, aRule } from "./builders.ts";

const permitting = parseRelease(
  aDocument({
    agents: [{ name: AN_AGENT, version: "1", owner: "lead", authority: "L2" }],
    tools: [aRegistration({ name: "read_note", class: "read" })],
    people: [{ id: "owner-1" }, { id: "ana" }, { id: "max" }],
    positions: [
      { id: "lead", level: "L2", reportsTo: "board", holders: ["owner-1", "ana"] },
      { id: "board", level: "L4", holders: ["ana", "max"], quorum: 2 },
    ],
    rules: [aRule(), aRule({ id: "missions", on: "mission" }), aRule({ id: "ask", effect: "ESCALATE", level: "L4" })],
    budgets: [
      { id: "calls", match: {}, measure: "calls", per: "namespace", window: "day", ceilings: { L1: 3, L4: 9 } },
    ],
  }),
);

governorContract("an organisation that permits", () => createGovernor({ current: permitting, known: [] }));
governorContract("an organisation without this agent", () => createGovernor({ current: anOrganisation(), known: [] }));
governorContract("a release that seats nobody", () =>
  createGovernor({
    current: parseRelease(aDocument()),
    known: [permitting],
    firstApprovers: ["owner-1", "zoe", "zoe"],
  }),
);
