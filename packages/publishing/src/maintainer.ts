import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { progress } from "../../../scripts/progress.js";
import { pnpmCommand, root } from "../../../scripts/workspace.js";
import type { Registry } from "./registry.js";

/** Stands for the one that is not known yet. */
export const repository = "https://github.com/example/equos-broker";

/** Somebody with a clone of the repository, who releases. */
export class Maintainer {
  readonly folder: string;
  readonly #registry: Registry;

  private constructor(folder: string, registry: Registry) {
    this.folder = folder;
    this.#registry = registry;
  }

  /** With the tree as git would have it, changes that are not committed yet included. */
  static async clone(folder: string, registry: Registry): Promise<Maintainer> {
    const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], { cwd: root });
    for (const file of listed.toString().split("\0").filter(Boolean)) {
      if (existsSync(join(root, file))) cpSync(join(root, file), join(folder, file));
    }
    const maintainer = new Maintainer(folder, registry);
    maintainer.#git("init", "--quiet", "--initial-branch=main");
    maintainer.#commit("the tree");
    // From where everything else comes; the lock file names no host.
    const [program, args] = pnpmCommand(["install", "--frozen-lockfile", "--prefer-offline"]);
    await progress("pnpm install in the copy", program, args, folder, process.env);
    return maintainer;
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }

  manifest(folder: string): { readonly version: string; readonly dependencies?: Record<string, string> } {
    return JSON.parse(this.read(`${folder}/package.json`));
  }

  /** As CONTRIBUTING says, before the first release. */
  setRepository(): void {
    const manifest = JSON.parse(this.read("package.json"));
    writeFileSync(join(this.folder, "package.json"), JSON.stringify({ ...manifest, repository }, null, 2));
  }

  changeset(name: string, bump: "patch" | "minor", text: string): void {
    const front = `---\n"${name}": ${bump}\n---\n\n${text}\n`;
    writeFileSync(join(this.folder, `.changeset/${bump}-of-${name.replace(/\W+/g, "-")}.md`), front);
    this.#commit(text);
  }

  async version(): Promise<void> {
    await this.#pnpm("version of the copy", "version");
    this.#commit("Version packages");
  }

  /** Without the checks, which `.ci/run` makes of the same tree. */
  async release(): Promise<string> {
    return await this.#pnpm("release of the copy", "release", "--checked");
  }

  #pnpm(what: string, ...script: string[]): Promise<string> {
    const [program, args] = pnpmCommand(["run", ...script]);
    return progress(what, program, args, this.folder, this.#registry.env);
  }

  #commit(message: string): void {
    this.#git("add", "--all");
    this.#git("-c", "user.name=Maintainer", "-c", "user.email=maintainer@example.com", "commit", "-qm", message);
  }

  #git(...args: string[]): void {
    execFileSync("git", args, { cwd: this.folder, stdio: "pipe" });
  }
}
