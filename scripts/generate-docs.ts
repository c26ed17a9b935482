import { writeFileSync } from "node:fs";
import { generatedDocs } from "./generated-docs.js";
import { root } from "./workspace.js";

// Writes the docs that are made from the code.

for (const [file, text] of Object.entries(generatedDocs())) {
  writeFileSync(`${root}/${file}`, text);
  console.log(`${file} is written`);
}
