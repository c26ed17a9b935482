import { readFileSync } from "node:fs";
import { join } from "node:path";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { publishedPackages, root } from "../workspace.js";
import { documentOf, type Line, parse } from "./document.js";
import type { Module } from "./modules.js";

/** What stands around them: a block per example, headed by the example's file, and its number where it is not the first. */
const page = "scripts/markdown/examples.md";

/** The code of all `@example`s of what is published. */
export function examples(): Module[] {
  const given = new Map(
    documentOf(page, readFileSync(join(root, page), "utf8")).blocks.map(({ lines: [name, ...lines] }) => [
      name?.text,
      lines,
    ]),
  );
  const modules = publishedPackages().flatMap(({ folder }) =>
    globSync(`${folder}/src/**/*.ts`, { cwd: root, ignore: ["**/generated/**"] })
      .sort()
      .flatMap((file) => examplesIn(file).map((lines, index) => moduleOf(file, index + 1, lines, folder, given))),
  );
  const [unknown] = given.keys();
  if (unknown !== undefined) throw new Error(`${page} has something for "${unknown}", which has no example`);
  return modules;
}

function moduleOf(
  file: string,
  number: number,
  example: readonly Line[],
  folder: string,
  given: Map<string | undefined, readonly Line[]>,
): Module {
  const name = number === 1 ? `// ${file}` : `// ${file} ${number}`;
  const around = given.get(name) ?? [];
  given.delete(name);
  const place = around.findIndex(({ text }) => text.trim() === "…");
  const before = (place < 0 ? around : around.slice(0, place)).map((line) => ({ ...line, file: page, given: true }));
  const after = (place < 0 ? [] : around.slice(place + 1)).map((line) => ({ ...line, file: page, given: true }));
  const lines = [...before, ...example.map((line) => ({ ...line, file, given: false })), ...after];
  const path = join(root, folder, ".examples", file, `${number}.ts`);
  return { path, lines, folder: join(root, folder), group: path };
}

function examplesIn(file: string): Line[][] {
  const text = readFileSync(join(root, file), "utf8");
  if (!text.includes("@example")) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found: Line[][] = [];
  const look = (node: ts.Node): void => {
    for (const tag of ts.getJSDocTags(node)) {
      // A tag that is inherited is met where it stands.
      if (tag.tagName.text === "example" && tag.parent.parent === node) found.push(...fenced(tag, source));
    }
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}

/** The blocks of a tag, without the comment's asterisks. */
function fenced(tag: ts.JSDocTag, source: ts.SourceFile): Line[][] {
  const first = source.getLineAndCharacterOfPosition(tag.pos).line + 1;
  const lines = source.text.slice(tag.pos, tag.end).split("\n");
  const bare = lines.map((line, index) => (index === 0 ? "" : line.replace(/^\s*\* ?/, "")));
  return parse(bare.join("\n")).children.flatMap((node) => {
    if (node.type !== "code") return [];
    const begin = first + (node.position?.start.line ?? 0);
    return [
      leftOut(node.value)
        .split("\n")
        .map((text, index) => ({ text, number: begin + index })),
    ];
  });
}

/** `…` stands for what an example leaves out: more options, or a statement. */
const leftOut = (code: string) => code.replace(/,\s*…(?=\s*[)}])/g, "").replace(/\) …(?=\s*\})/g, ") {}");
