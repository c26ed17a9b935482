import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { TestProject } from "vitest/node";
import { alone } from "../../../../scripts/alone.js";
import { built } from "../../../../scripts/built.js";
import { fingerprint } from "../../../../scripts/fingerprint.js";
import { progress } from "../../../../scripts/progress.js";
import { hostFolder, hostsFolder, type Major, majors, nextCommand, projectFolder, requireIn } from "./majors.js";

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
  // As it is published, since that is what a team's app gets.
  const madeOf = await built(["@equos-broker/next"]);
  for (const major of majors) {
    const app = fingerprint(hostsFolder, ["app/**", `next-${major}/*`], [madeOf, ...versionsOf(major)]);
    if (recordOf(major)?.madeOf !== app) await buildApp(major, app);
  }
}

const versionsOf = (major: Major): string[] =>
  ["next", "react", "react-dom", "typescript"].map((name) => requireIn(major)(`${name}/package.json`).version);

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
  const printed = await progress(
    `next ${major}: building`,
    process.execPath,
    [nextCommand(major), "build"],
    folder,
    environment,
  );
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
