import { existsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { publishedPackages, root, type WorkspacePackage } from "./workspace.js";

/**
 * What each package may weigh at most: what is built of its own code, minified and compressed, without what it depends on and
 * what it loads later. In bytes, with the reason.
 */
const ceilings: Readonly<Record<string, readonly [bytes: number, reason: string]>> = {
  "@equos-broker/client": [2000, "every visitor's page loads it"],
  "@equos-broker/express": [2000, "an adapter decides nothing"],
  "@equos-broker/fastify": [2000, "an adapter decides nothing"],
  "@equos-broker/next": [2000, "an adapter decides nothing"],
  "@equos-broker/api": [6600, "34 operations are rows of a table; checks of answers come with the first answer"],
  "@equos-broker/core": [
    45_000,
    "conversations and their rules 18 kB, store 5, HTTP and adapters 9, options 6; it is to have 24",
  ],
  "@equos-broker/redis": [5500, "Lua scripts go to Redis as they are"],
  "@equos-broker/store-tests": [10_000, "only tests load it"],
  "@equos-broker/emulator": [24_000, "only tests and demos load it, and each test file does"],
};

/** Compares every package, as it is built, with its ceiling. */
export async function checkSizes(): Promise<void> {
  const wrong: string[] = [];
  for (const one of publishedPackages()) {
    const { name } = one.manifest;
    const [ceiling, reason] = ceilings[name] ?? [];
    if (ceiling === undefined) throw new Error(`${name} has no ceiling in scripts/check-sizes.ts`);
    const size = await sizeOf(one);
    console.log(`  ${name}: ${shown(size)} of ${shown(ceiling)} bytes; ${reason}`);
    if (size > ceiling) wrong.push(`${name} weighs ${shown(size)} bytes, and may weigh ${shown(ceiling)}: ${reason}`);
  }
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}

async function sizeOf({ folder }: WorkspacePackage): Promise<number> {
  const entry = `${folder}/dist/index.js`;
  const forServers = existsSync(`${root}/${folder}/dist/browser.js`);
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: "out",
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: forServers ? "node" : "neutral",
    conditions: forServers ? ["node"] : [],
    packages: "external",
    // esbuild warns of an import without effect, which bundlers leave out as it does.
    logLevel: "error",
  });
  const loaded = loadedBy(entry, metafile);
  return outputFiles
    .filter(({ path }) => loaded.has(path.slice(root.length + 1)))
    .reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).byteLength, 0);
}

/** The entry's output, and what it imports from the start. */
function loadedBy(entry: string, { outputs }: Metafile): ReadonlySet<string> {
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind, external } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement" && external !== true) load(next);
    }
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) if (entryPoint === entry) load(path);
  return loaded;
}

const shown = (bytes: number) => bytes.toLocaleString("en");
