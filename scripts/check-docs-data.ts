import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { type Block, type Document, documents, type Line } from "./markdown/document.js";
import { root } from "./workspace.js";

/** What is no code in the documents: data can be read, and commands name scripts that are there. */
export function checkDocsData(): void {
  const all = documents();
  const wrong = all.flatMap(wrongData);
  console.log(`  ${all.reduce((sum, { blocks }) => sum + blocks.length, 0)} blocks in ${all.length} documents`);
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}

export function wrongData(document: Document): string[] {
  return [
    ...document.problems,
    ...document.blocks.flatMap((block) => problemsOf(block, document)),
    // Commands stand in sentences and tables, too.
    ...document.spans.flatMap((span) => problemsOfCommand(span, document)),
  ];
}

function problemsOf({ language, lines, line }: Block, document: Document): string[] {
  if (language === "sh") return lines.flatMap((one) => problemsOfCommand(one, document));
  const text = lines.map((one) => one.text).join("\n");
  const at = `${document.file}:${line}`;
  if (language === "json") {
    try {
      JSON.parse(text);
    } catch (error) {
      return [`${at} is no JSON: ${error instanceof Error ? error.message : error}`];
    }
  }
  if (language === "yaml") return parseDocument(text).errors.map(({ message }) => `${at} is no YAML: ${message}`);
  return [];
}

function problemsOfCommand({ text, number }: Line, document: Document): string[] {
  const at = `${document.file}:${number}`;
  const pnpm = [...text.matchAll(/\bnpx -y pnpm@12 (?:run )?([\w:-]+)/g)].map(([, name = ""]) => name);
  const npm = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
    ([, name, plain = ""]) => name ?? plain,
  );
  const own = scriptsOf(document.folder);
  const ours = scriptsOf(".");
  return [
    ...pnpm
      .filter((name) => ours?.has(name) === false)
      .map((name) => `${at} \`pnpm ${name}\` is no script of this repository`),
    ...npm
      .filter((name) => own?.has(name) === false)
      .map((name) => `${at} \`npm run ${name}\` is no script of ${document.folder}`),
  ];
}

/** Of a folder's own package; and at the root, what pnpm itself and the programs installed there can do. */
function scriptsOf(folder: string): Set<string> | undefined {
  const path = join(root, folder, "package.json");
  if (!existsSync(path)) return undefined;
  // npm's own format, written by us.
  const { scripts = {} } = JSON.parse(readFileSync(path, "utf8")) as { readonly scripts?: Record<string, string> };
  return new Set([...Object.keys(scripts), ...(folder === "." ? ["install", "pack", "exec", "changeset"] : [])]);
}
