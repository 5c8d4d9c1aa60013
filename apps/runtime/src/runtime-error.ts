import { AuraError, isAuraError } from "@aura/trust";

/** What can go wrong between the machine, a data folder and an application folder. API for ever. */
export type RuntimeErrorCode =
  | "runtime/agent_revoked"
  | "runtime/scope_stopped"
  | "runtime/agent_unknown"
  | "runtime/application_broken"
  | "runtime/application_missing"
  | "runtime/approval_unknown"
  | "runtime/approver_unknown"
  | "runtime/call_not_unknown"
  | "runtime/call_unknown"
  | "runtime/checkpoint_foreign"
  | "runtime/deadline_near"
  | "runtime/demo_foreign"
  | "runtime/demo_restless"
  | "runtime/disk_full"
  | "runtime/folder_foreign"
  | "runtime/folder_not_writable"
  | "runtime/enrolments_elsewhere"
  | "runtime/founded_already"
  | "runtime/founding_unfinished"
  | "runtime/key_foreign"
  | "runtime/key_missing"
  | "runtime/log_cut"
  | "runtime/log_lost"
  | "runtime/log_rewritten"
  | "runtime/mission_not_closed"
  | "runtime/mission_unknown"
  | "runtime/nobody_to_ask"
  | "runtime/not_founded"
  | "runtime/not_running"
  | "runtime/operator_unknown"
  | "runtime/operators_busy"
  | "runtime/operators_foreign"
  | "runtime/output_refused"
  | "runtime/root_folder_refused"
  | "runtime/shown_foreign"
  | "runtime/tool_unknown"
  | "runtime/usage"
  | "runtime/verifier_key_foreign";

export class RuntimeError extends AuraError<RuntimeErrorCode> {}

export function agentRevoked(agent: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/agent_revoked",
    what: `Agent ${agent} is revoked.`,
    why: "Its epoch was raised after its registration, so nothing is issued to it any more.",
    fix: "Give the agent a new version in its application: that registers it anew.",
  });
}

export function scopeStopped(mission: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/scope_stopped",
    what: `Nothing is issued for mission ${mission}: it, its agent or its namespace is stopped.`,
    why: "Stop means stop: only what undoes is issued tokens, and under `hold` not even that.",
    fix: "Create a new mission once whoever stopped it agrees; to have it undone, stop it with `run`.",
  });
}

export function agentUnknown(agent: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/agent_unknown",
    what: `There is no agent ${agent} in this namespace.`,
    why: "Only an agent that an application registered can be named.",
    fix: "Check the name against the application's release, or start the application once.",
  });
}

export function applicationBroken(folder: string, because: string, cause?: unknown): RuntimeError {
  return new RuntimeError({
    code: "runtime/application_broken",
    what: `The application in ${folder} cannot be used: ${because}.`,
    why: "An application is checked whole before anything of it runs.",
    fix: "Correct what is named and start again.",
    cause,
  });
}

export function applicationMissing(folder: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/application_missing",
    what: `There is no application in ${folder}.`,
    why: "An application folder holds src/application.ts or application.js.",
    fix: "Point --app at such a folder, for example apps/demo.",
  });
}

export function callNotUnknown(mission: string, call: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/call_not_unknown",
    what: `Call ${call} of mission ${mission} is not waiting for a person.`,
    why: "Only a call whose outcome is unknown can be settled by hand.",
    fix: "Run `aura start` to see which calls wait.",
  });
}

export function approvalUnknown(id: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/approval_unknown",
    what: `No approval ${id} is asked for.`,
    why: "An approval is there while a mission or a call waits for people.",
    fix: "See `aura approvals` for what waits now.",
  });
}

export function approverUnknown(kid: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/approver_unknown",
    what: `The key ${kid} counts for nobody in this namespace.`,
    why: "A vote counts by the key that was enrolled for its person.",
    fix: "Name your key with --key FILE, or have it enrolled with `aura enrol`.",
  });
}

export function enrolmentsElsewhere(): RuntimeError {
  return new RuntimeError({
    code: "runtime/enrolments_elsewhere",
    what: "No runtime owns this folder, so nobody would remember the request until a second person confirms it.",
    why: "A request to enrol a key is kept by the runtime that runs, in memory.",
    fix: "Start the runtime, or have the second person here: name their key with --key FILE.",
  });
}

export function callUnknown(mission: string, call: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/call_unknown",
    what: `Mission ${mission} has no call ${call}.`,
    why: "A call exists from its first entry on.",
    fix: "See the mission for the keys of its calls.",
  });
}

export function checkpointForeign(path: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/checkpoint_foreign",
    what: `${path} is not a checkpoint of that size that this log's key signed.`,
    why: "The log is held against the newest kept checkpoint before anything more is signed.",
    fix: "Put the original file back from your backup. Without it nobody can tell here whether the log was changed.",
  });
}

export function deadlineNear(mission: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/deadline_near",
    what: `Mission ${mission} is about to pass its deadline.`,
    why: "A token ends at a whole second and never after the deadline: no second is left for one.",
    fix: "Nothing is to be done: the mission ends as EXPIRED. Give the next one a longer timeout.",
  });
}

export function demoForeign(folder: string, agent: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/demo_foreign",
    what: `${folder} holds missions of agent ${agent}, which this application does not have.`,
    why: "They are of another application, or of an earlier version of this one. Nothing was changed.",
    fix: `Choose another folder with --data, or move this one and its keys aside: mv ${folder} ${folder}.old && mv ${folder}.root ${folder}.old.root`,
  });
}

export function demoRestless(signal: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/demo_restless",
    what: `The demo's runtime died again and again before it served, the last time by ${signal}.`,
    why: "Something on this machine ends it: too little memory, a limit, a person. Starting it once more would not help.",
    fix: "Look at what ends processes here (`dmesg`, limits of the container), then run the same command again: nothing is lost.",
  });
}

export function folderForeign(folder: string, found: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/folder_foreign",
    what: `${folder} is not a data folder of AURA: it holds ${found}.`,
    why: "A namespace is founded only in a new or empty folder, so that nothing of anybody else is touched.",
    fix: "Choose another folder with --data.",
  });
}

export function foundedAlready(folder: string, namespace: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/founded_already",
    what: `${folder} holds namespace ${namespace} already.`,
    why: "A namespace is founded once; its first entry never changes.",
    fix: "Use it with `aura start`, or found another one in another folder.",
  });
}

export function foundingUnfinished(folder: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/founding_unfinished",
    what: `The founding of ${folder} did not finish.`,
    why: "Its log has no founding entry, so nothing can be recorded in it.",
    fix: `Run \`aura init --data ${folder}\` again: it goes on where it stopped.`,
  });
}

export function keyForeign(path: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/key_foreign",
    what: `The key in ${path} is not the one that the founding names.`,
    why: "What another key signs nobody could verify against this namespace.",
    fix: "Put the original key file back from your backup.",
  });
}

export function keyMissing(path: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/key_missing",
    what: `The key file ${path} is gone.`,
    why: "The namespace was founded with this key; a new one in its place would not be trusted by anybody.",
    fix: "Put the file back from your backup, readable by you alone (mode 0600).",
  });
}

export function logCut(folder: string, size: number, kept: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/log_cut",
    what: `The log in ${folder} holds ${size} entries, fewer than the checkpoint ${kept} covers.`,
    why: "Entries that were signed are gone. Going on would sign a second history under the same key.",
    fix: "Put the log back that was signed, from your newest backup. If it is lost, found a new namespace in a new folder.",
  });
}

export function logLost(folder: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/log_lost",
    what: `The log of the namespace in ${folder} is gone.`,
    why: "The namespace was founded to the end, so its log existed. An empty one under the same name and key would be a second history.",
    fix: "Put log.sqlite back from your backup, or found a new namespace in a new folder. Founding this one again is not offered yet.",
  });
}

export function logRewritten(folder: string, kept: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/log_rewritten",
    what: `The log in ${folder} does not start with the entries that the checkpoint ${kept} covers.`,
    why: "Entries that were signed were replaced. Going on would sign a second history under the same key.",
    fix: "Put the log back that was signed, from your newest backup. If it is lost, found a new namespace in a new folder.",
  });
}

export function missionNotClosed(mission: string, state: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/mission_not_closed",
    what: `Mission ${mission} is ${state}.`,
    why: "A receipt holds the sealed outcome, and only a CLOSED mission has one.",
    fix: "Let it end with `aura start --until-idle`, then ask again.",
  });
}

export function missionUnknown(mission: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/mission_unknown",
    what: `There is no mission ${mission} in this namespace.`,
    why: "The id was looked up in the log.",
    fix: "Copy the id from the output of `aura start` or `aura demo`.",
  });
}

export function nobodyToAsk(): RuntimeError {
  return new RuntimeError({
    code: "runtime/nobody_to_ask",
    what: "There is no terminal to ask on.",
    why: "A person looks at what they sign; nothing is signed because nobody answered.",
    fix: "Run it on a terminal, or say --yes if you have read what is shown.",
  });
}

export function runtimeNotRunning(folder: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/not_running",
    what: `No runtime owns ${folder} now.`,
    why: "The page is served by the runtime.",
    fix: "Start it with `aura start --app DIR --data DIR`.",
  });
}

export function shownForeign(id: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/shown_foreign",
    what: `What approval ${id} shows is not what its vote is bound to.`,
    why: "A person signs what they saw: the vote holds the SHA-256 of the very text.",
    fix: "Do not sign. Verify the log with `aura-trust verify`, and find out who changed the text.",
  });
}

export function notFounded(folder: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/not_founded",
    what: `There is no namespace in ${folder}.`,
    why: "A namespace is founded before anything can be recorded.",
    fix: `Run \`aura init --data ${folder}\` first.`,
  });
}

export function operatorUnknown(person: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/operator_unknown",
    what: `Person ${person} has no key for the API.`,
    why: "Only whoever has a key can lose it.",
    fix: "See `aura operator list`.",
  });
}

export function operatorsBusy(claim: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/operators_busy",
    what: `Somebody else is changing the operators: ${claim} is there.`,
    why: "Two changes at once would lose one of them.",
    fix: `Try again. If nobody is at it, a process was ended in the middle: remove ${claim}.`,
  });
}

export function operatorsForeign(path: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/operators_foreign",
    what: `${path} does not hold operators as they were written.`,
    why: "It says who may use the API. Nobody is let in by a file that is not understood.",
    fix: "Put it back from your backup, or remove it and operator.key: the next `aura start` makes a new operator.",
  });
}

export function outputRefused(path: string, because: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/output_refused",
    what: `${path} is not written: ${because}.`,
    why: "An output replaces a regular file or makes a new one, and touches nothing else.",
    fix: "Name another file with --out.",
  });
}

export function rootFolderRefused(rootFolder: string, folder: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/root_folder_refused",
    what: `The root key is not made in ${rootFolder}: that lies inside the data folder ${folder}.`,
    why: "A copy of the data folder, or who reads it, would have the root key too.",
    fix: "Name a folder outside the data folder with --root-dir.",
  });
}

export function toolUnknown(tool: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/tool_unknown",
    what: `No tool ${tool} is registered in the release in force.`,
    why: "A mission is launched only with tools that could be offered to it.",
    fix: "Correct the name in the definition's tools, or register the tool in the application's release.",
  });
}

export function usage(what: string, fix: string): RuntimeError {
  return new RuntimeError({ code: "runtime/usage", what, why: "The command line could not be understood.", fix });
}

export function verifierKeyForeign(path: string): RuntimeError {
  return new RuntimeError({
    code: "runtime/verifier_key_foreign",
    what: `${path} is not the verifier key of this log.`,
    why: "Whoever got that key could not verify what this log's key signs, or would trust another key.",
    fix: "Remove the file and run `aura init` again: it writes the right one. Then ask those who got it to exchange theirs.",
  });
}

/** Names what the operating system refused about `path`. What it cannot name comes back as it was. */
export function fromSystem(error: unknown, path: string): unknown {
  if (isAuraError(error)) return error;
  switch (systemCode(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return new RuntimeError({
        code: "runtime/disk_full",
        what: `The disk that holds ${path} is full.`,
        why: "Nothing is done whose record cannot be written.",
        fix: "Make room and run the same command again: it goes on where it stopped.",
        cause: error,
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new RuntimeError({
        code: "runtime/folder_not_writable",
        what: `${path} cannot be written (${String(systemCode(error))}).`,
        why: "The log and the keys live there.",
        fix: "Give yourself the right to write there, or choose another folder with --data.",
        cause: error,
      });
    case "ENOTDIR":
    case "EEXIST":
      return new RuntimeError({
        code: "runtime/folder_foreign",
        what: `${path} is not a folder.`,
        why: "A data folder is a folder of its own.",
        fix: "Choose another folder with --data.",
        cause: error,
      });
    case undefined:
    default:
      return error;
  }
}

/** The `errno` name of a failed system call; `undefined` for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
