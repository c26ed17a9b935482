import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Patch } from "./mutation-table.js";

/** A copy of the workspace's sources to spoil; what is installed is shared. */
export class WorkspaceCopy {
  readonly folder = mkdtempSync(join(tmpdir(), "chaos-mutant-"));

  constructor(root: string) {
    const settings = readdirSync(root).filter((name) => /\.(ts|json|yaml)$/.test(name));
    for (const file of settings) cpSync(join(root, file), join(this.folder, file));
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
    for (const name of readdirSync(join(root, "packages"))) {
      // Links are copied as they are, relative: packages find each other inside the copy.
      cpSync(join(root, "packages", name), join(this.folder, "packages", name), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (path) => basename(path) !== "dist",
      });
    }
  }

  /**
   * Spoils the copy, and gives back how to repair it.
   *
   * @throws Error when the text is not there, or more than once
   */
  apply(patches: readonly Patch[]): () => void {
    const before = patches.map(({ file }) => [file, this.#read(file)] as const);
    const repair = () => {
      // The first state of a file that was patched twice is written last.
      for (const [file, text] of before.toReversed()) writeFileSync(join(this.folder, file), text);
    };
    try {
      for (const patch of patches) writeFileSync(join(this.folder, patch.file), patched(this.#read(patch.file), patch));
    } catch (error) {
      repair();
      throw error;
    }
    return repair;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }
}

export function patched(text: string, { file, find, replace }: Patch): string {
  const [before, after, ...more] = text.split(find);
  if (before === undefined || after === undefined)
    throw new Error(`${file} does not hold the text to replace any more`);
  if (more.length > 0) throw new Error(`${file} holds the text to replace ${more.length + 1} times`);
  return before + replace + after;
}
