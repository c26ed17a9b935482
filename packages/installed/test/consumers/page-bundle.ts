import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { install } from "../../src/install.js";
import { node } from "../run.js";

/** What came of a page: why it was not built, or its scripts. */
export interface PageBundle {
  readonly error?: string;
  readonly texts?: readonly string[];
}

/** Where pages are bundled, with these packages of ours. */
export const pagesProject = (name: string, ours: readonly string[]): Promise<string> =>
  install({
    name,
    ours,
    dependencies: { esbuild: "0.28.2", vite: "8.3.8" },
    template: new URL("../../consumers/bundles/", import.meta.url).pathname,
  });

/** Bundles each of these pages for the browser. */
export async function bundlePages(
  folder: string,
  bundler: string,
  pages: readonly string[],
): Promise<readonly PageBundle[]> {
  const { printed } = await node(["page.mjs", bundler, JSON.stringify(pages)], folder);
  return JSON.parse(printed) as readonly PageBundle[]; // The fixture's own answer.
}

/**
 * Why a page must not import the package, as a browser that loads it is told; with several scripts, by the one that says it.
 * Empty for a page that works.
 */
export async function thrownByPage(folder: string, { texts = [] }: PageBundle): Promise<string> {
  const script = texts.find((text) => text.includes("must not reach a browser")) ?? texts.join("\n");
  const file = join(folder, "loaded.mjs");
  writeFileSync(file, script);
  const { printed } = await node(["load.mjs", file], folder);
  return printed.trim();
}
