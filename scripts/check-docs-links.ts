import { existsSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { type Document, documents } from "./markdown/document.js";
import { root } from "./workspace.js";

/** Every link inside the repository leads to a file that is there, and to a heading that it has. */
export function checkDocsLinks(): void {
  const all = documents();
  const wrong = wrongLinks(all);
  console.log(`  ${all.reduce((sum, { links }) => sum + links.length, 0)} links in ${all.length} documents`);
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}

export function wrongLinks(documents: readonly Document[]): string[] {
  const all = new Map(documents.map((document) => [document.file, document]));
  return documents.flatMap((document) =>
    document.links.flatMap(({ url, line }) => {
      const problem = problemWith(url, document, all);
      return problem === undefined ? [] : [`${document.file}:${line} ${url}: ${problem}`];
    }),
  );
}

function problemWith(url: string, from: Document, all: ReadonlyMap<string, Document>): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(url)) return isOurs(url) ? "within the repository links are relative" : undefined;
  // GitHub takes it from the repository's root, npm does not.
  if (url.startsWith("/")) return "links start from the file that they stand in";
  const [path = "", anchor] = url.split("#", 2);
  const file = path === "" ? from.file : normalize(join(from.folder, decodeURIComponent(path))).replace(/\/$/, "");
  if (file.startsWith("..")) return "leads out of the repository";
  if (!all.has(file) && !existsSync(join(root, file))) return "is not there";
  if (anchor === undefined) return undefined;
  const target = all.get(file) ?? all.get(join(file, "README.md"));
  if (target === undefined) return extname(file) === ".md" ? "is no document" : "only documents have headings";
  return target.anchors.has(decodeURIComponent(anchor)) ? undefined : `${target.file} has no such heading`;
}

/** By whatever address this repository may be known one day; its packages' pages at npm are another thing. */
const isOurs = (url: string) => /^https?:\/\/(?!([a-z]+\.)*npmjs\.com\/)[^/]+\/[^?#]*\bequos-broker\b/i.test(url);
