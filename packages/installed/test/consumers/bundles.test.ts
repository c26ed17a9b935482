import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { edgeBundle, tracesOfNode } from "../../src/edge-traces.js";
import { node } from "../run.js";
import { bundlePages, type PageBundle, pagesProject, thrownByPage } from "./page-bundle.js";

/** What a team imports from each package that holds the key. */
const serverNames = {
  "@equos-broker/api": "EquosClient",
  "@equos-broker/core": "ConversationBroker",
  "@equos-broker/express": "toExpress",
  "@equos-broker/fastify": "toFastify",
  "@equos-broker/next": "toNextHandlers",
  "@equos-broker/redis": "redisStore",
};
const packages = Object.keys(serverNames);
/** In full: it is all that a developer sees. */
const sentenceOf = (name: string): string => {
  const has = name === "@equos-broker/redis" ? "reaches your Redis" : "holds your Equos API key";
  const instead = "Import it in server code only; the page calls your own routes.";
  return `${name} ${has} and must not reach a browser. ${instead}`;
};

const ways: readonly (readonly [way: string, page: (name: string, what: string) => string])[] = [
  ["a name", (name, what) => `import { ${what} } from "${name}"; console.log(${what});`],
  ["everything", (name) => `import * as all from "${name}"; console.log(Object.keys(all));`],
  ["nothing", (name) => `import "${name}"; console.log("loaded");`],
  ["everything, by require", (name) => `const all = require("${name}"); console.log(Object.keys(all));`],
  ["it later", (name) => `console.log(await import("${name}"));`],
];
const pages = ways.flatMap(([way, page]) =>
  Object.entries(serverNames).map(([name, what]) => ({ way, name, what, code: page(name, what) })),
);
const named = pages.filter(({ way }) => way === "a name");

describe.each(["esbuild", "vite"])("a page bundled by %s", (bundler) => {
  let folder = "";
  const bundles = new Map<string, PageBundle>();
  beforeAll(async () => {
    folder = await pagesProject(`bundles-${bundler}`, packages);
    const codes = pages.map(({ code }) => code);
    const all = await bundlePages(folder, bundler, codes);
    for (const [index, code] of codes.entries()) bundles.set(code, all[index] ?? {});
  });

  it.each(pages)("fails, or says why when it is loaded: $way of $name", async ({ code, name, what, way }) => {
    const bundle = bundles.get(code) ?? {};
    if (way === "a name") {
      expect(bundle.error).toContain(`${name}/dist/browser.js`);
      expect(bundle.error).toContain(what);
      return;
    }
    expect(bundle.error).toBeUndefined();
    expect(bundle.texts?.join()).not.toMatch(/x-api-key/i);
    expect(await thrownByPage(folder, bundle)).toBe(sentenceOf(name));
  });
});

describe("what runs on a server gets the real code", () => {
  it("bundled by Vite for server-side rendering", async () => {
    const folder = await pagesProject("bundles-vite", packages);
    writeFileSync(join(folder, "server.js"), named.map(({ code }) => code).join("\n"));
    const script = `import("vite").then(async ({ build }) => {
      const how = { ssr: "server.js", write: false };
      const { output } = await build({ logLevel: "silent", configFile: false, ssr: { noExternal: true }, build: how });
      console.log(output.map(({ code }) => code).join());
    });`;
    const { printed } = await node(["-e", script], folder);
    expect(printed).toMatch(/x-api-key/i);
    for (const { what } of named) expect(printed).toContain(what);
    expect(printed).not.toMatch(/must not reach a browser|serverOnly/);
  });

  it.each([
    ["Workers", ["workerd", "worker", "browser"]],
    ["other edges", ["edge-light"]],
  ])("bundled for %s, and free of Node", async (_, conditions) => {
    const folder = await pagesProject("bundles-esbuild", packages);
    const onTheEdge = named.filter(({ name }) => /core|next|redis/.test(name));
    const bundle = await edgeBundle(folder, onTheEdge.map(({ code }) => code).join("\n"), conditions);
    expect(bundle).toMatch(/x-api-key/i);
    expect(tracesOfNode(bundle)).toEqual([]);
  });
});
