import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { wrongExports } from "../../../../scripts/exports-map.js";
import { edgeBundle, tracesOfNode } from "../../src/edge-traces.js";
import { install } from "../../src/install.js";
import { node } from "../run.js";
import { bundlePages, pagesProject, thrownByPage } from "./page-bundle.js";

// The checks of the other files here, on a package in which one thing is broken: each has to notice it.

/** Core as installed, with one of its files changed. */
async function broken(
  name: string,
  file: string,
  change: (text: string) => string,
  project: Promise<string> = install({
    name: `broken-${name}`,
    ours: ["@equos-broker/core"],
    template: new URL("../../consumers/loads/", import.meta.url).pathname,
  }),
): Promise<string> {
  const folder = await project;
  const path = `${folder}/node_modules/@equos-broker/core/${file}`;
  const kept = `${folder}/kept-${file.replaceAll("/", "-")}`;
  const text = textOf(kept) ?? readFileSync(path, "utf8");
  writeFileSync(kept, text);
  const changed = change(text);
  expect(changed).not.toBe(text);
  writeFileSync(path, changed);
  return folder;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

it("an exports map that points to nothing", async () => {
  const folder = await broken("exports", "package.json", (text) =>
    text.replaceAll("./dist/index.js", "./dist/main.js"),
  );
  const { code, printed } = await node(["names.cjs", "@equos-broker/core"], folder);
  expect(code).not.toBe(0);
  expect(printed).toMatch(/ERR_MODULE_NOT_FOUND/);
});

const edge = (folder: string) => edgeBundle(folder, 'export * from "@equos-broker/core";', ["workerd"]);

it("an import of Node's in core", async () => {
  const folder = await broken(
    "node",
    "dist/index.js",
    (text) => `import { inspect } from "node:util";\n${text}\nexport { inspect };`,
  );
  expect(tracesOfNode(await edge(folder))).toContain('"node:util"');
});

it("a Buffer in core", async () => {
  const folder = await broken(
    "buffer",
    "dist/index.js",
    (text) => `${text}\nexport const bytes = () => Buffer.from("a");`,
  );
  expect(tracesOfNode(await edge(folder))).toContain("Buffer.");
});

it("a missing condition types", async () => {
  const folder = await broken("types", "package.json", (text) =>
    text.replace(/\s*"types": "[^"]+",(?=\s*"default")/, ""),
  );
  const core = `${folder}/node_modules/@equos-broker/core`;
  const wrong = wrongExports(JSON.parse(readFileSync(`${core}/package.json`, "utf8")), core);
  expect(wrong).toEqual([expect.stringMatching(/"types" has to be its first condition/)]);
});

it("a page's file that does not throw", async () => {
  const folder = await broken(
    "page",
    "dist/browser.js",
    (text) => text.replace(/throw /, ""),
    pagesProject("broken-page", ["@equos-broker/core"]),
  );
  const [bundle = {}] = await bundlePages(folder, "esbuild", ['import "@equos-broker/core";']);
  expect(bundle.texts).toHaveLength(1);
  expect(await thrownByPage(folder, bundle)).toBe("");
});
