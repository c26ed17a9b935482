import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { fingerprint } from "./fingerprint.js";
import { alone } from "./lock.js";
import { hostFolder, hostsFolder, type Major, majors, nextCommand, projectFolder, requireIn } from "./majors.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** What the app imports, in the order in which they are built. */
const packages = ["api", "core", "next"];
const sources = [
  "tsup.preset.ts",
  "tsconfig.base.json",
  ...packages.flatMap((name) => [`packages/${name}/src/**`, `packages/${name}/{package,tsconfig}.json`]),
];
const dist = packages.map((name) => `packages/${name}/dist/**`);

/** Written beside a build: what it was made of, with which variables in its environment, and what it said. */
export interface BuildRecord {
  readonly madeOf: string;
  readonly environment: readonly string[];
  readonly printed: string;
}

export const recordFile = (major: Major): string => `${projectFolder(major)}build.json`;

/** Vitest's global setup: both majors are built, unless nothing has changed since they were. */
export default async function setup(project: TestProject): Promise<void> {
  const build = () => alone(`${hostsFolder}building.lock`, buildAll);
  project.onTestsRerun(build);
  await build();
}

async function buildAll(): Promise<void> {
  const madeOf = fingerprint(root, sources);
  await buildPackages(madeOf);
  for (const major of majors) {
    const app = fingerprint(hostsFolder, ["app/**", `next-${major}/*`], [madeOf, ...versionsOf(major)]);
    if (recordOf(major)?.madeOf !== app) await buildApp(major, app);
  }
}

const versionsOf = (major: Major): string[] =>
  ["next", "react", "react-dom", "typescript"].map((name) => requireIn(major)(`${name}/package.json`).version);

/** As they are published, since that is what a team's app gets. */
async function buildPackages(madeOf: string): Promise<void> {
  const file = `${hostsFolder}packages.json`;
  const built = () => JSON.stringify({ madeOf, dist: fingerprint(root, dist) });
  if (textOf(file) === built()) return;
  for (const name of packages) {
    const folder = `${root}packages/${name}`;
    await run(`@equos-broker/${name}`, [`${root}node_modules/tsup/dist/cli-default.js`], folder, {
      ...process.env,
      NODE_ENV: undefined,
    });
  }
  writeFileSync(file, built());
}

async function buildApp(major: Major, madeOf: string): Promise<void> {
  const folder = projectFolder(major);
  mkdirSync(folder, { recursive: true });
  // What is left of an earlier build makes this one faster.
  for (const name of readdirSync(folder)) if (name !== ".next") rmSync(`${folder}${name}`, { recursive: true });
  cpSync(`${hostsFolder}app`, folder, { recursive: true });
  for (const name of readdirSync(hostFolder(major)).filter((file) => file.endsWith(".ts"))) {
    cpSync(hostFolder(major) + name, folder + name);
  }
  const { PATH, HOME } = process.env;
  // Nothing else: a build has no secrets.
  const environment = { PATH, HOME, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
  const printed = await run(`next ${major}`, [nextCommand(major), "build"], folder, environment);
  const record: BuildRecord = { madeOf, environment: Object.keys(environment), printed };
  writeFileSync(recordFile(major), JSON.stringify(record));
}

export function recordOf(major: Major): BuildRecord | undefined {
  const text = textOf(recordFile(major));
  // Written above, by the same code or by another version of it, which made it of something else.
  return text === undefined ? undefined : (JSON.parse(text) as BuildRecord);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Runs a program of Node's to its end and tells how far it is. Gives what it printed. */
async function run(what: string, args: string[], folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const begun = Date.now();
  const seconds = () => Math.round((Date.now() - begun) / 100) / 10;
  console.log(`● ${what}: building`);
  const progress = setInterval(() => console.log(`● ${what}: building, ${seconds()} s`), 10_000);
  let printed = "";
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  const code = await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject)).finally(() =>
    clearInterval(progress),
  );
  if (code !== 0) throw new Error(`${what}: the build ended with ${code}:\n${printed}`);
  console.log(`✓ ${what}: built, ${seconds()} s`);
  return printed;
}
