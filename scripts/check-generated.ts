import { readFileSync } from "node:fs";
import { generatedScripts } from "../packages/redis/scripts/generated.js";
import { generatedDocs } from "./generated-docs.js";
import { root } from "./workspace.js";

/** Throws if a generated file differs from the output of its sources. */
export function checkGenerated(): void {
  for (const [file, text] of Object.entries(generatedDocs())) compare(file, text, "docs:generate");
  compare("packages/redis/src/generated/scripts.ts", generatedScripts(), "generate");
}

function compare(file: string, text: string, script: string): void {
  if (readFileSync(`${root}/${file}`, "utf8") === text) return;
  throw new Error(`${file} is outdated: run npx -y pnpm@12 ${script}`);
}
