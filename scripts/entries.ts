import { existsSync } from "node:fs";
import type { Entry } from "./exported.js";
import { publishedPackages, root, type WorkspacePackage } from "./workspace.js";

/** The entry points of a package: what servers import, and what a browser gets in its place. */
export function entriesOf({ folder, manifest }: WorkspacePackage, where: "src" | "dist"): Entry[] {
  const fileOf = (name: string) => `${root}/${folder}/${where}/${name}${where === "src" ? ".ts" : ".d.ts"}`;
  const browser = { title: `${manifest.name} in a browser`, file: fileOf("browser") };
  return [{ title: manifest.name, file: fileOf("index") }, ...(existsSync(browser.file) ? [browser] : [])];
}

/** By package: its folder, its entry points, and the file that lists what they export. */
export const published = (where: "src" | "dist") =>
  publishedPackages().map((one) => ({
    name: one.manifest.name,
    entries: entriesOf(one, where),
    list: `${root}/${one.folder}/test/exports.txt`,
  }));
