import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bytes, type Figure, shown } from "./figure.js";
import { published } from "./published.js";
import type { Section } from "./section.js";

/** The packages whose code a team ships: their own, without what they depend on. */
const packages = ["api", "core", "express", "fastify", "next", "redis", "client"];
const folderOf = (name: string) => fileURLToPath(new URL(`../../packages/${name}`, import.meta.url));

/** What the published files weigh; `pnpm check` has the ceilings. */
export const sizes: Section = {
  name: "sizes",
  title: "Packages: minified and gzipped, of what is published, zod left out",
  needsHeap: false,
  needsRedis: false,
  async measure(_, say) {
    await published(
      packages.map((name) => `@equos-broker/${name}`),
      say,
    );
    const figures: Figure[] = [];
    for (const name of packages) figures.push(shown(`@equos-broker/${name}, its own code`, await size(name), bytes));
    const together = await size("express", ["zod"]);
    return [...figures, shown("@equos-broker/express with core and api: all that it adds", together, bytes)];
  },
};

async function size(name: string, external = dependenciesOf(name)): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [`${folderOf(name)}/dist/index.js`],
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    format: "esm",
    conditions: ["node"],
    external,
  });
  return outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).byteLength, 0);
}

function dependenciesOf(name: string): string[] {
  // npm's own format, written by us.
  const manifest = JSON.parse(readFileSync(`${folderOf(name)}/package.json`, "utf8")) as {
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly peerDependencies?: Readonly<Record<string, string>>;
  };
  return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
}
