import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { wrongData } from "../check-docs-data.js";
import { wrongLinks } from "../check-docs-links.js";
import { type Document, documentOf } from "../markdown/document.js";
import { modulesOf } from "../markdown/modules.js";
import { problemsIn } from "../markdown/program.js";
import { root } from "../workspace.js";

/** A document from its lines. */
const page = (file: string, ...lines: string[]) => documentOf(file, lines.join("\n"));

it("compiles blocks as they stand, and tells the document's line", { timeout: 60_000 }, () => {
  const pages = [
    page(
      "docs/stale.md",
      "1. In a list:",
      "",
      "   ~~~ts",
      '   import { toExpress, toFetchHandlers } from "@equos-broker/express";',
      "   toExpress(1);",
      "   ~~~",
    ),
    page(
      "docs/unused.md",
      "~~~ts",
      'import { toGrant, toNodeHandler } from "@equos-broker/core";',
      "toGrant({});",
      "~~~",
    ),
    page("docs/alone.md", "~~~ts", "const one = 1;", "~~~", "", "~~~ts", "one;", "~~~"),
    page("docs/script.md", "~~~js", "const twice = (number) => number * 2;", "twice.no;", "~~~"),
    page("docs/element.md", "~~~tsx", "export const element = <p clas=''>Hello</p>;", "~~~"),
  ];
  expect(problemsIn(pages.flatMap(modulesOf)).map((problem) => problem.split(" ").slice(0, 2).join(" "))).toEqual([
    "docs/stale.md:4 TS2724",
    "docs/stale.md:4 TS6133",
    "docs/stale.md:5 TS2345",
    "docs/unused.md:2 TS6133",
    "docs/alone.md:6 TS2304",
    "docs/script.md:3 TS2339",
    "docs/element.md:2 TS2322",
  ]);
});

it("takes what is given: code around a block, the block above, files beside it", { timeout: 60_000 }, () => {
  const around = page(
    "docs/around.md",
    "<!-- given",
    'import { ConversationBroker } from "@equos-broker/core";',
    "new ConversationBroker({",
    "  …",
    "  authoriz: 1,",
    "});",
    "-->",
    "",
    "~~~ts",
    "limits: { maxSeconds: 1 },",
    "~~~",
  );
  const above = page(
    "docs/above.md",
    "~~~ts",
    "let one = 1;",
    "~~~",
    "",
    "<!-- given above -->",
    "~~~ts",
    'one = "";',
    "~~~",
  );
  const beside = page(
    "docs/beside.md",
    "<!-- given lib/one.ts",
    "export const one = 1;",
    "-->",
    "~~~ts",
    "// lib/two.ts",
    'import { one, two } from "./one.js";',
    "one + two;",
    "~~~",
  );
  const found = problemsIn([around, above, beside].flatMap(modulesOf));
  expect(found.map((problem) => problem.split(" ").slice(0, 2).join(" "))).toEqual([
    "docs/around.md:5 TS2561",
    "docs/above.md:7 TS2322",
    "docs/beside.md:6 TS2305",
  ]);
});

it("keeps what a document declares for all to that document", { timeout: 60_000 }, () => {
  const declaring = page("docs/one.md", "~~~ts", "declare global {", "  var theirs: 1;", "}", "theirs;", "~~~");
  const other = page("docs/two.md", "~~~ts", "theirs;", "~~~");
  expect(problemsIn([declaring, other].flatMap(modulesOf))).toEqual([
    "docs/two.md:2 TS2304 Cannot find name 'theirs'.",
  ]);
});

it("follows links to files and headings", () => {
  const linked = page(
    "docs/links.md",
    "# A `title`, *twice*",
    "# A `title`, *twice*",
    "[here](#a-title-twice-1) [there](../README.md#install) [folder](../packages/core#options) [away](https://shop.example/x)",
    "[1](gone.md) [2](#no-heading) [3](../README.md#no-heading) [4](/README.md) [5](../../README.md)",
    "[6](https://git.example/team/equos-broker/README.md) [7](../LICENSE#x)",
    "[package](https://www.npmjs.com/package/@equos-broker/core)",
  );
  const readmes = ["README.md", "packages/core/README.md"].map((file) => page(file, "# Install", "# Options"));
  expect(wrongLinks([linked, ...readmes])).toEqual([
    "docs/links.md:4 gone.md: is not there",
    "docs/links.md:4 #no-heading: docs/links.md has no such heading",
    "docs/links.md:4 ../README.md#no-heading: README.md has no such heading",
    "docs/links.md:4 /README.md: links start from the file that they stand in",
    "docs/links.md:4 ../../README.md: leads out of the repository",
    "docs/links.md:5 https://git.example/team/equos-broker/README.md: within the repository links are relative",
    "docs/links.md:5 ../LICENSE#x: only documents have headings",
  ]);
});

it("reads data, and knows the scripts that commands name", () => {
  const text = page(
    "examples/express/README.md",
    "~~~json",
    '{ "a": 1, }',
    "~~~",
    "~~~yaml",
    "a: [1",
    "~~~",
    "~~~sh",
    "npx -y pnpm@12 demo",
    "npm install && npm run demo && npm start",
    "npx -y pnpm@12 demonstration",
    "npm run demonstration",
    "~~~",
    "Or `npx -y pnpm@12 run nothing`.",
    "<!-- given above -->",
    "",
    "Nothing below.",
  );
  expect(wrongData(text).map((problem) => problem.replace(/ (is no (JSON|YAML)):.*/s, " $1"))).toEqual([
    'examples/express/README.md:14 "given" stands before no block',
    "examples/express/README.md:2 is no JSON",
    "examples/express/README.md:5 is no YAML",
    "examples/express/README.md:10 `pnpm demonstration` is no script of this repository",
    "examples/express/README.md:11 `npm run demonstration` is no script of examples/express",
    "examples/express/README.md:13 `pnpm nothing` is no script of this repository",
  ]);
});

/** The first snippet of a README, without what the checks of the docs give to it. */
function firstSnippet(folder: string): Document {
  const { blocks, ...readme } = documentOf(`${folder}/README.md`, readFileSync(`${root}/${folder}/README.md`, "utf8"));
  const first = blocks.find(({ language }) => language === "ts");
  if (first === undefined) throw new Error(`${folder}/README.md has no TypeScript`);
  return { ...readme, blocks: [{ ...first, given: [] }] };
}

it.each([
  [".", "passport"],
  ["packages/express", "passport"],
  ["packages/fastify", "@fastify/jwt"],
  ["packages/core", undefined],
])("the first snippet of %s compiles as it is shown, alone and beside %s", { timeout: 60_000 }, (folder, login) => {
  const shown = firstSnippet(folder);
  expect(problemsIn(modulesOf(shown))).toEqual([]);
  if (login === undefined) return;
  const beside = page(
    shown.file,
    "~~~ts",
    "// login.ts",
    `import login from "${login}";`,
    "console.log(login);",
    "~~~",
  );
  // Of two declarations that differ, the later one is wrong.
  expect(problemsIn([...modulesOf(beside), ...modulesOf(shown)])).toEqual([]);
});
