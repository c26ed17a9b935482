import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: unknown;
}

export interface WorkspacePackage {
  /** Relative to the root: `packages/core`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export function packagesIn(parent: "packages" | "examples"): WorkspacePackage[] {
  return readdirSync(`${root}/${parent}`).map((name) => {
    const folder = `${parent}/${name}`;
    // npm's own format, written by us.
    return { folder, manifest: JSON.parse(readFileSync(`${root}/${folder}/package.json`, "utf8")) as Manifest };
  });
}

/** What goes to the registry. */
export const publishedPackages = (): WorkspacePackage[] =>
  packagesIn("packages").filter(({ manifest }) => manifest.private !== true);

/** The versions of `pnpm-workspace.yaml`. */
export function catalog(): Readonly<Record<string, string>> {
  const file = parse(readFileSync(`${root}/pnpm-workspace.yaml`, "utf8")) as { catalog: Record<string, string> };
  return file.catalog;
}

/** Runs a program, its output shown as it comes, and fails with it. */
export function run(program: string, args: readonly string[], folder = root): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`${[program, ...args].join(" ")} ended with ${code}`)),
    );
  });
}

/** pnpm, the very one that runs this script: a program and its arguments. */
export function pnpmCommand(args: readonly string[]): readonly [program: string, args: string[]] {
  const path = process.env.npm_execpath;
  if (path === undefined) throw new Error("Run this through pnpm: npx -y pnpm@12 …");
  return /\.[cm]?js$/.test(path) ? [process.execPath, [path, ...args]] : [path, [...args]];
}

export async function pnpm(args: readonly string[], folder = root): Promise<void> {
  await run(...pnpmCommand(args), folder);
}
