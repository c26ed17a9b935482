import { writeFileSync } from "node:fs";
import { generatedScripts } from "./generated.js";

writeFileSync(new URL("../src/generated/scripts.ts", import.meta.url), generatedScripts());
