import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { alone } from "./alone.js";
import { fingerprint } from "./fingerprint.js";
import { Places } from "./places.js";
import { progress } from "./progress.js";
import { publishedPackages, root, type WorkspacePackage } from "./workspace.js";

/** A build with types fills a core. */
const atOnce = new Places(2);

const shared = ["tsup.preset.ts", "tsconfig.base.json"];

/**
 * Builds these packages, and what they depend on, as they are published; only those of which something has changed since.
 * Gives what they are made of, as one text. Default: all that are published.
 */
export async function built(names?: readonly string[]): Promise<string> {
  const all = publishedPackages();
  const wanted = names === undefined ? all : all.filter(({ manifest }) => names.includes(manifest.name));
  const inOrder = [...new Set(wanted.flatMap((one) => [...below(one, all), one]))];
  return await alone(`${root}/scripts/building.lock`, async () => {
    const builds = new Map<WorkspacePackage, Promise<string>>();
    const begin = async (one: WorkspacePackage): Promise<string> => {
      const dependencies = below(one, all);
      await Promise.all(dependencies.map((each) => builds.get(each)));
      return await atOnce.run(() => build(one, dependencies));
    };
    for (const one of inOrder) builds.set(one, begin(one));
    return (await Promise.all(builds.values())).join();
  });
}

async function build(
  { folder, manifest }: WorkspacePackage,
  dependencies: readonly WorkspacePackage[],
): Promise<string> {
  const madeOf = fingerprint(root, [
    ...shared,
    ...[folder, ...dependencies.map((each) => each.folder)].flatMap(sourcesOf),
  ]);
  const record = `${root}/${folder}/work/made-of`;
  const made = () => `${madeOf} ${fingerprint(root, [`${folder}/dist/**`])}`;
  if (textOf(record) === made()) return madeOf;
  const env = { ...process.env, NODE_ENV: undefined };
  const tsup = `${root}/node_modules/tsup/dist/cli-default.js`;
  await progress(`${manifest.name}: building`, process.execPath, [tsup], `${root}/${folder}`, env);
  mkdirSync(`${root}/${folder}/work`, { recursive: true });
  writeFileSync(record, made());
  return madeOf;
}

/** What of the workspace it needs when it runs, the lowest first. */
function below({ manifest }: WorkspacePackage, all: readonly WorkspacePackage[]): WorkspacePackage[] {
  const direct = all.filter((each) => each.manifest.name in (manifest.dependencies ?? {}));
  return [...new Set(direct.flatMap((each) => [...below(each, all), each]))];
}

const sourcesOf = (folder: string): string[] => [
  `${folder}/src/**`,
  `${folder}/{package,tsconfig}.json`,
  `${folder}/tsup.config.ts`,
];

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
