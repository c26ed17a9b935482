import { readFileSync } from "node:fs";
import { generatedDocs } from "./generated-docs.js";
import { root } from "./workspace.js";

/** Whoever changes the code has generated what is made from it. */
export function checkGenerated(): void {
  for (const [file, text] of Object.entries(generatedDocs())) {
    if (readFileSync(`${root}/${file}`, "utf8") === text) continue;
    throw new Error(`${file} is not what the code gives: npx -y pnpm@12 docs:generate`);
  }
}
