import { existsSync } from "node:fs";
import { cp, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Agent } from "@aura/engine";
import { parseRelease } from "@aura/governance";
import type { Release } from "@aura/governance";
import { parseDefinition } from "@aura/mission";
import type { MissionDefinition } from "@aura/mission";
import { isAuraError } from "@aura/trust";
import type { JsonValue } from "@aura/trust";
import { Ajv2020 } from "ajv/dist/2020.js";
import { readStory } from "./demo/demo-story.ts";
import type { DemoStory } from "./demo/demo-story.ts";
import { syncFolder, syncTree } from "./durable-file.ts";
import { applicationBroken, applicationMissing, fromSystem } from "./runtime-error.ts";

/** An upstream server that the runtime starts as a child process and speaks MCP with over its standard streams. */
export interface UpstreamCommand {
  readonly kind?: "mcp";
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment: nothing of ours is passed on. */
  readonly env: { readonly [variable: string]: string };
}

/**
 * A model as an upstream with the one tool `model`: at a base URL, or behind a server that the runtime starts and that says
 * on its first line where it listens.
 */
export type ModelUpstream =
  | (ModelPlace & { readonly kind: "model"; readonly name: string })
  | (Omit<UpstreamCommand, "kind"> & { readonly kind: "model"; readonly model: string; readonly apiKey?: string });

/** Where a model is asked, in the words of OpenAI's chat completions. */
export interface ModelPlace {
  readonly model: string;
  readonly baseUrl: string;
  readonly apiKey?: string;
}

/** What the runtime tells an application about where it runs. */
export interface Place {
  /** The Node that runs the runtime. */
  readonly node: string;
  /** Absolute path of the application's own working folder. */
  readonly files: string;
  /** Absolute path where servers of the application keep what is theirs, outside `files`. Whoever needs it makes it. */
  readonly state: string;
  /** A secret to share with the application's own server `name`: the same at every start. */
  secret(name: string): string;
  /** The model that the operator chose; `undefined` if the application brings its own. */
  readonly model?: ModelPlace;
}

/** A mission that `aura demo` starts. */
export interface MissionOffer {
  readonly agent: string;
  readonly definition: MissionDefinition;
}

/** An application folder, checked. */
export interface Application {
  readonly folder: string;
  /** Absolute path of the module that was loaded, for agents in processes of their own; absent for one that was made in memory. */
  readonly module?: string;
  readonly name: string;
  readonly release: Release;
  readonly agents: readonly Agent[];
  readonly missions: readonly MissionOffer[];
  /** Files the application works on, copied once into the data folder; `undefined` for none. */
  readonly files: string | undefined;
  /** What `aura demo` tells with it; absent for an application that works. */
  readonly story?: DemoStory;
  upstreams(place: Place): readonly (UpstreamCommand | ModelUpstream)[];
}

const ENTRY_FILES = ["src/application.ts", "application.ts", "dist/application.js", "application.js"];

/** The parts that are data. Rules, tools and definitions have schemas of their own, beside their parsers. */
const APPLICATION_SCHEMA = {
  type: "object",
  required: ["name", "release", "agents", "missions", "upstreams"],
  additionalProperties: false,
  properties: {
    name: { type: "string", pattern: "^[a-z0-9][a-z0-9-]{0,62}$" },
    release: { type: "object" },
    files: { type: "string", minLength: 1 },
    upstreams: {},
    story: {},
    agents: {
      type: "array",
      minItems: 1,
      maxItems: 100,
      items: {
        type: "object",
        required: ["name", "version"],
        properties: { name: { type: "string" }, version: { type: "string" } },
      },
    },
    missions: {
      type: "array",
      maxItems: 100,
      items: {
        type: "object",
        required: ["agent", "definition"],
        additionalProperties: false,
        properties: { agent: { type: "string" }, definition: { type: "object" } },
      },
    },
  },
} as const;

const TEXT = { type: "string", minLength: 1 } as const;
const COMMAND = {
  command: TEXT,
  args: { type: "array", items: { type: "string" } },
  env: { type: "object", additionalProperties: { type: "string" } },
} as const;

const UPSTREAMS_SCHEMA = {
  type: "array",
  maxItems: 100,
  items: { type: "object", required: ["name"], properties: { kind: { enum: ["mcp", "model"] }, name: TEXT } },
} as const;

function upstreamShape(required: readonly string[], properties: object) {
  return {
    type: "object",
    required,
    additionalProperties: false,
    properties: { kind: {}, name: TEXT, ...properties },
  } as const;
}

const ajv = new Ajv2020({ strict: true, allErrors: false });
const isApplication = ajv.compile<ApplicationModule>(APPLICATION_SCHEMA);
const isUpstreams = ajv.compile<readonly UpstreamMembers[]>(UPSTREAMS_SCHEMA);
/** By what was meant, so that an error names what is wrong with that. */
const UPSTREAM_KINDS = {
  mcp: ajv.compile(upstreamShape(["command", "args", "env"], COMMAND)),
  modelAt: ajv.compile(upstreamShape(["model", "baseUrl"], { model: TEXT, baseUrl: TEXT, apiKey: TEXT })),
  modelServer: ajv.compile(
    upstreamShape(["model", "command", "args", "env"], { model: TEXT, apiKey: TEXT, ...COMMAND }),
  ),
};

interface UpstreamMembers {
  readonly name: string;
  readonly kind?: "mcp" | "model";
  readonly baseUrl?: unknown;
}

interface ApplicationModule {
  readonly name: string;
  readonly release: unknown;
  readonly agents: readonly Agent[];
  readonly missions: readonly { readonly agent: string; readonly definition: JsonValue }[];
  readonly files?: string;
  readonly upstreams: unknown;
  readonly story?: unknown;
}

/**
 * Loads `application`, the export of that name, from an application folder, and checks the whole of it.
 * @throws `runtime/application_missing`, `runtime/application_broken`
 */
export async function loadApplication(path: string): Promise<Application> {
  const folder = resolve(path);
  const entry = ENTRY_FILES.map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
  if (entry === undefined) throw applicationMissing(folder);
  return { ...checkApplication(folder, await importApplication(folder, entry)), module: entry };
}

/** Copies the application's files into `target`, whole or not at all, unless they are there already. On disk when it resolves. */
export async function copyFilesOnce(application: Application, target: string): Promise<void> {
  if (application.files === undefined || existsSync(target)) return;
  const fresh = `${target}.new`;
  try {
    await rm(fresh, { recursive: true, force: true });
    await cp(application.files, fresh, { recursive: true });
    await syncTree(fresh);
    await rename(fresh, target);
    await syncFolder(resolve(target, ".."));
  } catch (error) {
    throw fromSystem(error, target);
  }
}

async function importApplication(folder: string, entry: string): Promise<unknown> {
  let door: { readonly [name: string]: unknown };
  try {
    door = (await import(pathToFileURL(entry).href)) as typeof door;
  } catch (error) {
    throw applicationBroken(folder, `it does not load (${sentence(error)})`, error);
  }
  if (!("application" in door)) throw applicationBroken(folder, "it exports no `application`");
  return door["application"];
}

function checkApplication(folder: string, value: unknown): Application {
  if (!isApplication(value)) throw applicationBroken(folder, firstError(isApplication.errors));
  const { name, agents, upstreams, files } = value;
  if (typeof upstreams !== "function") throw applicationBroken(folder, "/upstreams must be a function");
  const release = inside(folder, "/release", () => parseRelease(value.release));
  checkAgents(folder, agents, release);
  const missions = value.missions.map(({ agent, definition }, index) => {
    if (!agents.some((candidate) => candidate.name === agent)) {
      throw applicationBroken(folder, `/missions/${index}/agent names ${agent}, which is not among its agents`);
    }
    return { agent, definition: inside(folder, `/missions/${index}/definition`, () => parseDefinition(definition)) };
  });
  const application: Application = {
    folder,
    name,
    release,
    agents,
    missions,
    files: files === undefined ? undefined : filesFolder(folder, files),
    ...(value.story === undefined ? {} : { story: checkStory(folder, value.story, agents) }),
    upstreams: (place) => checkUpstreams(folder, (upstreams as (place: Place) => unknown)(place), release),
  };
  application.upstreams({ node: "node", files: folder, state: folder, secret: () => "none" });
  return application;
}

function checkStory(folder: string, value: unknown, agents: readonly Agent[]): DemoStory {
  const story = inside(folder, "/story", () => readStory(value));
  if (typeof story === "string") throw applicationBroken(folder, story);
  for (const { n, play } of story.scenes) {
    if (typeof play !== "string" && !agents.some(({ name }) => name === play.agent)) {
      throw applicationBroken(folder, `/story: scene ${n} names agent ${play.agent}, which is not among its agents`);
    }
  }
  return story;
}

function checkAgents(folder: string, agents: readonly Agent[], release: Release): void {
  for (const { name, version } of agents) {
    if (!release.agents.some((registered) => registered.name === name && registered.version === version)) {
      throw applicationBroken(folder, `its release does not register agent ${name} in version ${version}`);
    }
  }
}

function checkUpstreams(folder: string, value: unknown, release: Release): ReturnType<Application["upstreams"]> {
  if (!isUpstreams(value)) throw applicationBroken(folder, `upstreams(): ${firstError(isUpstreams.errors)}`);
  for (const [index, upstream] of value.entries()) {
    const matches = UPSTREAM_KINDS[kindOf(upstream)];
    if (!matches(upstream))
      throw applicationBroken(folder, `upstreams(): /${index}${firstError(matches.errors).replace(/^\/ /, " ")}`);
  }
  const missing = release.tools.find(({ upstream }) => !value.some(({ name }) => name === upstream));
  if (missing === undefined) return value as readonly object[] as ReturnType<Application["upstreams"]>;
  throw applicationBroken(
    folder,
    `tool ${missing.name} is at upstream ${missing.upstream}, which upstreams() does not give`,
  );
}

function kindOf({ kind, baseUrl }: UpstreamMembers): keyof typeof UPSTREAM_KINDS {
  if (kind !== "model") return "mcp";
  return baseUrl === undefined ? "modelServer" : "modelAt";
}

function filesFolder(folder: string, name: string): string {
  const path = join(folder, name);
  if (!existsSync(path)) throw applicationBroken(folder, `its files are not in ${path}`);
  return path;
}

function inside<Value>(folder: string, where: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    if (!isAuraError(error)) throw error;
    throw applicationBroken(folder, `${where}: ${sentence(error)}`, error);
  }
}

function firstError(
  errors: readonly { readonly instancePath: string; readonly message?: string }[] | null | undefined,
): string {
  const [error] = errors ?? [];
  return `${error?.instancePath === "" ? "/" : (error?.instancePath ?? "/")} ${error?.message ?? "is wrong"}`;
}

/** With the code of whoever refused it: its page says more than we do here. */
function sentence(error: unknown): string {
  if (isAuraError(error)) return `${withoutStop(error.what)} (${error.code}: ${withoutStop(error.fix)})`;
  return withoutStop(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, "");
}
