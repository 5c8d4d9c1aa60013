import type { CompensationSource, ToolRegistration } from "@aura/mission";
import { nameTaken, nameUnknown, toolInvalid } from "../governance-error.ts";
import { nearestName } from "./nearest-name.ts";
import type { ReleaseDocument } from "./release.ts";

/** Checks that every registration can keep the promise of its class. @throws `governance/name_taken`, `governance/name_unknown`, `governance/tool_invalid` */
export function checkTools(document: ReleaseDocument): void {
  const tools = new Map<string, ToolRegistration>();
  for (const [index, tool] of document.tools.entries()) {
    if (tools.has(tool.name)) throw nameTaken(`tools/${index} (${tool.name})`, "tool", tool.name);
    tools.set(tool.name, tool);
  }
  for (const [index, tool] of document.tools.entries()) {
    const member = `tools/${index} (${tool.name})`;
    checkClass(tool, member);
    checkFind(tool, member, tools);
    checkCompensation(tool, member, tools);
    checkRetry(tool, member);
  }
}

function checkClass(tool: ToolRegistration, member: string): void {
  if (tool.class === "write" && tool.compensation === undefined) {
    throw toolInvalid(
      member,
      "A write is undone by its compensation.",
      `Add "compensation", or register it irreversible.`,
    );
  }
  if (tool.class !== "write" && tool.compensation !== undefined) {
    const why = tool.class === "read" ? "A read leaves nothing to undo." : "What is irreversible has no compensation.";
    throw toolInvalid(`${member}/compensation`, why, `Remove it, or register the tool as "write".`);
  }
  if (tool.class === "read" && tool.find !== undefined) {
    throw toolInvalid(`${member}/find`, "A read of unknown outcome is sent again.", "Remove it.");
  }
}

function checkFind(tool: ToolRegistration, member: string, tools: ReadonlyMap<string, ToolRegistration>): void {
  if (tool.find === undefined) return;
  const found = registered(tool.find.tool, `${member}/find/tool`, tools);
  if (found.class !== "read") {
    throw toolInvalid(
      `${member}/find/tool`,
      `"${found.name}" is of class ${found.class}.`,
      "Name a tool of class read.",
    );
  }
  for (const [name, source] of Object.entries(tool.find.arguments)) {
    checkSource(source, `${member}/find/arguments/${name}`);
  }
  if (tool.find.equals !== undefined) checkSource(tool.find.equals, `${member}/find/equals`);
}

function checkCompensation(tool: ToolRegistration, member: string, tools: ReadonlyMap<string, ToolRegistration>): void {
  if (tool.compensation === undefined) return;
  const undo = registered(tool.compensation.tool, `${member}/compensation/tool`, tools);
  if (undo.class === "read") {
    throw toolInvalid(
      `${member}/compensation/tool`,
      `"${undo.name}" is of class read and undoes nothing.`,
      "Name a tool that changes something.",
    );
  }
  for (const [name, source] of Object.entries(tool.compensation.arguments)) {
    checkSource(source, `${member}/compensation/arguments/${name}`, UNDO_SOURCES);
  }
}

function checkRetry({ retry }: ToolRegistration, member: string): void {
  if (retry === undefined) return;
  for (const longer of ["maxMs", "totalMs"] as const) {
    if (retry[longer] >= retry.initialMs) continue;
    const why = `It is shorter than initialMs, so no attempt would wait as long as it says.`;
    throw toolInvalid(`${member}/retry/${longer}`, why, "Raise it, or lower initialMs.");
  }
}

function registered(name: string, member: string, tools: ReadonlyMap<string, ToolRegistration>): ToolRegistration {
  const tool = tools.get(name);
  if (tool === undefined) throw nameUnknown(member, "tool", name, nearestName(name, tools.keys()));
  return tool;
}

const SOURCES: readonly string[] = ["from", "value", "from,prefix"];
/** What a call answered can only be looked at afterwards. */
const UNDO_SOURCES: readonly string[] = [...SOURCES, "fromResult"];

function checkSource(source: CompensationSource, member: string, forms = SOURCES): void {
  if (forms.includes(Object.keys(source).toSorted().join(","))) return;
  const also = forms === SOURCES ? "" : " or {fromResult}";
  const fix = `Use one of {from}, {value}, {prefix, from}${also}.`;
  throw toolInvalid(member, "It says not exactly where the value comes from.", fix);
}
