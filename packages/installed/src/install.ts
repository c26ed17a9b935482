import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { alone } from "../../../scripts/alone.js";
import { fingerprint } from "../../../scripts/fingerprint.js";
import { progress } from "../../../scripts/progress.js";
import { pnpmCommand } from "../../../scripts/workspace.js";

/** A project of a team's. */
export interface Project {
  /** Names its folder. */
  readonly name: string;
  /** Our packages that it lists; what those need of ours comes from a tarball too. */
  readonly ours: readonly string[];
  /** Everything else that it lists, with exact versions. */
  readonly dependencies?: Readonly<Record<string, string>>;
  /** More of its `package.json`. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** A folder whose files it begins with. */
  readonly template?: string;
  /** Default: npm. */
  readonly manager?: "npm" | "pnpm";
}

/** Outside the workspace: what a project does not install itself, it must not find. */
const projects = join(tmpdir(), "equos-broker-installed");

/**
 * Makes a project and installs what it lists, our packages from their tarballs. Gives its folder. One that was made of the
 * same before is taken as it is, with the template's files copied anew.
 */
export async function install(project: Project): Promise<string> {
  const { name, template, manager = "npm" } = project;
  const folder = join(projects, name);
  mkdirSync(projects, { recursive: true });
  return await alone(`${folder}.lock`, async () => {
    const files = ours(project.ours);
    const manifest = { name, private: true, type: "module", ...project.manifest, ...dependencies(project, files) };
    const text = JSON.stringify(manifest, null, 2);
    const packed = fingerprint(
      "/",
      Object.values(files).map((file) => file.slice(1)),
    );
    const madeOf = JSON.stringify([manager, text, packed]);
    const record = join(projects, `${name}.made-of`);
    const isMade = existsSync(record) && readFileSync(record, "utf8") === madeOf && existsSync(folder);
    if (!isMade) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    if (template !== undefined) {
      // Not what stands in it for the workspace's own use.
      const filter = (source: string) => !/node_modules|\/(test|dist|work|\.next|\.env)$/.test(source);
      cpSync(template, folder, { recursive: true, filter });
    }
    writeFileSync(join(folder, "package.json"), text);
    if (isMade) return folder;
    if (manager === "npm") await npm(name, folder);
    else await pnpm(name, folder, files);
    writeFileSync(record, madeOf);
    return folder;
  });
}

/** These packages and all of ours below them, each as the file that it is packed in. */
function ours(names: readonly string[]): Record<string, string> {
  const tarballs = inject("tarballs");
  const below = (name: string): string[] => {
    const manifest = JSON.parse(readFileSync(manifestOf(name), "utf8"));
    return Object.keys(manifest.dependencies ?? {}).filter((each) => each in tarballs);
  };
  const all = new Set<string>();
  const add = (name: string) => {
    all.add(name);
    for (const each of below(name)) add(each);
  };
  for (const name of names) add(name);
  return Object.fromEntries(
    [...all].map((name) => {
      const file = tarballs[name];
      if (file === undefined) throw new Error(`${name} is none of the published packages`);
      return [name, file];
    }),
  );
}

const manifestOf = (name: string): URL =>
  new URL(`../../${name.replace("@equos-broker/", "")}/package.json`, import.meta.url);

/** npm takes what the project lists itself for what our packages ask for; with pnpm it is overridden below. */
function dependencies(
  { ours: listed, dependencies: others = {}, manager = "npm" }: Project,
  files: Record<string, string>,
) {
  const names = manager === "npm" ? Object.keys(files) : listed;
  return { dependencies: { ...Object.fromEntries(names.map((name) => [name, `file:${files[name]}`])), ...others } };
}

async function npm(name: string, folder: string): Promise<void> {
  const args = ["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline"];
  await progress(`npm install for ${name}`, "npm", args, folder);
}

async function pnpm(name: string, folder: string, files: Record<string, string>): Promise<void> {
  const overrides = Object.fromEntries(Object.entries(files).map(([each, file]) => [each, `file:${file}`]));
  // JSON is YAML. An optional peer that the registry does not have must not be asked for.
  const settings = { packages: ["."], overrides, pmOnFail: "ignore" };
  writeFileSync(join(folder, "pnpm-workspace.yaml"), JSON.stringify(settings));
  const [program, args] = pnpmCommand(["install", "--prefer-offline"]);
  await progress(`pnpm install for ${name}`, program, args, folder);
}
