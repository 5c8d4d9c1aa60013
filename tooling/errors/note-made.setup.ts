import { expect } from "vitest";
import { workspaceFolder } from "../tools.js";
import { MADE_FILE, noteMade } from "./made.ts";

const file = process.env[MADE_FILE];
if (file !== undefined) noteMade(file, workspaceFolder, () => expect.getState().testPath);
