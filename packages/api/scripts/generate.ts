import { writeFileSync } from "node:fs";
import { readDocument } from "./document.js";
import { generatedFiles } from "./generated.js";
import { offered } from "./offered.js";

for (const [name, source] of Object.entries(await generatedFiles(readDocument(), offered))) {
  writeFileSync(new URL(`../src/generated/${name}`, import.meta.url), source);
}
