import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const operations = ["open", "load", "save", "claim-due", "list", "lease", "meta"];

/** Returns the text of `src/generated/scripts.ts`, made from `src/store/lua/`. */
export function generatedScripts(): string {
  const prelude = minified("prelude");
  const scripts = operations.map((operation) => {
    const body = minified(operation);
    const sha1 = createHash("sha1").update(`${prelude}${body}`).digest("hex");
    return `export const ${constantName(operation)} = {\n  sha1: "${sha1}",\n  text: prelude + ${JSON.stringify(body)},\n};\n`;
  });
  const head = "// Generated from src/store/lua by `pnpm generate`. Do not edit.\n";
  return [head, `const prelude = ${JSON.stringify(prelude)};\n`, ...scripts].join("\n");
}

/** Returns a script without comment lines, empty lines, and indentation. */
function minified(name: string): string {
  const lua = readFileSync(new URL(`../src/store/lua/${name}.lua`, import.meta.url), "utf8");
  return lua.replaceAll("\r\n", "\n").replace(/^\s*(--.*)?\n|^\s+/gm, "");
}

const constantName = (operation: string): string =>
  `${operation.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())}Script`;
