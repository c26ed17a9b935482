import { readFileSync } from "node:fs";
import { transform } from "esbuild";
import { expect, it } from "vitest";
import { wrongContents } from "../check-package-contents.js";
import { wrongMaps } from "../check-package-maps.js";
import { root } from "../workspace.js";

const source = `
// What types need is gone in what is built, so that lines and columns differ.
interface Shape { readonly width: number; readonly height: number }

export function areaOf(shape: Shape): number {
  const { width, height } = shape;
  return width * height;
}
`;

async function built(changed: { readonly source?: string; readonly map?: (map: string) => string } = {}) {
  const { code, map } = await transform(source, { loader: "ts", sourcemap: "external", sourcefile: "../src/index.ts" });
  return new Map([
    ["src/index.ts", changed.source ?? source],
    ["dist/index.js", `${code}//# sourceMappingURL=index.js.map\n`],
    ["dist/index.js.map", changed.map?.(map) ?? map],
  ]);
}

it("takes maps that lead to the sources of the package, word by word", async () => {
  expect(wrongMaps(await built())).toEqual([]);
});

it("finds maps of other sources, maps that lead elsewhere, sources that are nowhere, and no map", async () => {
  expect(wrongMaps(await built({ source: `${source}\n` }))).toEqual([
    "dist/index.js.map: ../src/index.ts has changed since",
  ]);
  const elsewhere = await built({ map: (map) => map.replace('"mappings": "', '"mappings": ";;') });
  expect(wrongMaps(elsewhere)).toEqual([expect.stringMatching(/^dist\/index.js.map: only \d+ of \d+ words/)]);
  const nowhere = await built({
    map: (map) => map.replace(/"sourcesContent": \[.*?\],\n/, "").replace("../src/index.ts", "../src/other.ts"),
  });
  expect(wrongMaps(nowhere)[0]).toBe("dist/index.js.map: ../src/other.ts is nowhere to be read");
  const without = await built();
  without.delete("dist/index.js.map");
  expect(wrongMaps(without)).toEqual(["dist/index.js has no source map"]);
});

const readme = [
  "# @equos-broker/shape",
  "Needs Node 20.19. Of [equos-broker](../../README.md).",
  "~~~sh",
  "npm install @equos-broker/shape",
  "~~~",
  "~~~ts",
  'import { areaOf } from "@equos-broker/shape";',
  "~~~",
  "",
  "| option | takes |",
  "|---|---|",
].join("\n");
const manifest = {
  description: "The area of what has a width and a height.",
  keywords: ["equos", "area", "shape", "width"],
  license: "MIT",
  engines: { node: ">=20.19" },
  sideEffects: false as boolean | string[],
};
const packed = (change: { readonly [key in keyof typeof manifest]?: unknown } = {}, text = readme) =>
  new Map([
    ["package.json", JSON.stringify({ ...manifest, ...change })],
    ["LICENSE", readFileSync(`${root}/LICENSE`, "utf8")],
    ["README.md", text],
  ]);
const wrong = (files: ReadonlyMap<string, string>) => wrongContents("@equos-broker/shape", files);

it("takes a package that has all", () => {
  expect(wrong(packed())).toEqual([]);
});

it.each(Object.keys(manifest))("misses the manifest's %s", (field) => {
  expect(wrong(packed({ [field]: undefined }))).not.toEqual([]);
});

it("misses the licence, files with side effects, and each part of the README", () => {
  const unlicensed = packed();
  unlicensed.delete("LICENSE");
  expect(wrong(unlicensed)).toEqual(["has not the licence of the root"]);
  expect(wrong(packed({ sideEffects: ["./dist/browser.js"] }))).toEqual(["has no ./dist/browser.js"]);
  const parts = ["# @equos-broker/shape\n", "Node 20.19", "npm install", "from ", "| option ", "../../README.md"];
  for (const part of parts) expect(wrong(packed({}, readme.replace(part, ""))), part).toHaveLength(1);
});
