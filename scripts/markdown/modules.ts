import { extname, join } from "node:path";
import { root } from "../workspace.js";
import type { Block, Document, Line } from "./document.js";

/** A module that the compiler is to look at, which is in no file of its own. */
export interface Module {
  readonly path: string;
  /** Its lines, and where each comes from. */
  readonly lines: readonly (Line & { readonly file: string; readonly given: boolean })[];
  /** Where its packages are looked for first. */
  readonly folder: string;
  /** Modules of one group see what one of them declares for all: the users of a framework's request, say. */
  readonly group: string;
}

const languages = ["ts", "tsx", "mts", "js", "jsx", "mjs"];

/** Where the block stands in what is given around it. */
const here = "…";

/** `// app/actions.ts` on the first line: the block is that file, and others of its document can import it. */
const named = /^\/\/ (\S+\.[cm]?[jt]sx?)$/;

/**
 * The code of a document. Each block is a module, complete as it stands. What a part of something takes for granted is in
 * an invisible comment before it:
 *
 * - `<!-- given … -->`: code before the block; a line `…` in it is the block's place.
 * - `<!-- given above -->`: the block goes on where the one before it ended.
 * - `<!-- given lib/session.ts … -->`: a file that the block imports.
 */
export function modulesOf(document: Document): Module[] {
  const modules = new Map<string, Module["lines"][number][]>();
  const folder = join(root, document.folder, ".blocks", document.file.replaceAll("/", "+"));
  let latest: Module["lines"][number][] | undefined;
  for (const block of document.blocks) {
    if (!languages.includes(block.language)) continue;
    const lines = around(block).map((line) => ({ ...line, file: document.file }));
    if (latest !== undefined && block.given.some(({ what }) => what === "above")) {
      latest.push(...lines);
      continue;
    }
    latest = lines;
    modules.set(join(folder, named.exec(block.lines[0]?.text ?? "")?.[1] ?? `${block.line}.${block.language}`), lines);
    for (const { what, lines: texts } of block.given) {
      if (extname(what) !== "") {
        modules.set(
          join(folder, what),
          texts.map((line) => ({ ...line, file: document.file, given: true })),
        );
      }
    }
  }
  return [...modules].map(([path, lines]) => ({
    path,
    lines,
    folder: join(root, document.folder),
    group: document.file,
  }));
}

function around({ given, lines }: Block): (Line & { given: boolean })[] {
  const before: (Line & { given: boolean })[] = [];
  const after: (Line & { given: boolean })[] = [];
  for (const { what, lines: texts } of given) {
    if (extname(what) !== "") continue;
    const place = texts.findIndex(({ text }) => text.trim() === here);
    const marked = texts.map((line) => ({ ...line, given: true }));
    before.push(...(place < 0 ? marked : marked.slice(0, place)));
    if (place >= 0) after.unshift(...marked.slice(place + 1));
  }
  return [...before, ...lines.map((line) => ({ ...line, given: false })), ...after];
}
