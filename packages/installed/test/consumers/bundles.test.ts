import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { edgeBundle, tracesOfNode } from "../../src/edge-traces.js";
import { install } from "../../src/install.js";
import { node } from "../run.js";

/** What a team imports from each package that holds the key. */
const serverNames = {
  "@equos-broker/core": "ConversationBroker",
  "@equos-broker/express": "toExpress",
  "@equos-broker/fastify": "toFastify",
  "@equos-broker/next": "toNextHandlers",
  "@equos-broker/redis": "redisLedger",
};
const packages = Object.keys(serverNames);
const sentence = /@equos-broker\/\w+ .*must not reach a browser/;

const template = (name: string): string => new URL(`../../consumers/${name}/`, import.meta.url).pathname;
const ways: readonly (readonly [way: string, page: (name: string, what: string) => string])[] = [
  ["a name", (name, what) => `import { ${what} } from "${name}"; console.log(${what});`],
  ["everything", (name) => `import * as all from "${name}"; console.log(Object.keys(all));`],
  ["nothing", (name) => `import "${name}"; console.log("loaded");`],
  ["it later", (name) => `console.log(await import("${name}"));`],
];
const pages = ways.flatMap(([way, page]) =>
  Object.entries(serverNames).map(([name, what]) => ({ way, name, what, code: page(name, what) })),
);

interface Outcome {
  readonly folder: string;
  readonly error?: string;
  readonly texts?: readonly string[];
}

describe.each(["esbuild", "vite"])("a page bundled by %s", (bundler) => {
  const outcomes = new Map<string, Outcome>();
  beforeAll(async () => {
    const dependencies = { esbuild: "0.28.2", vite: "8.3.8" };
    const folder = await install({
      name: `bundles-${bundler}`,
      ours: packages,
      dependencies,
      template: template("bundles"),
    });
    const { printed } = await node(["page.mjs", bundler, JSON.stringify(pages.map(({ code }) => code))], folder);
    // The fixture's own answer.
    const all = JSON.parse(printed) as readonly Outcome[];
    for (const [index, outcome] of all.entries()) outcomes.set(pages[index]?.code ?? "", outcome);
  });

  it.each(pages)("fails, or says why when it is loaded: $way of $name", async ({ code, what, way }) => {
    const { folder, error, texts = [] } = outcomes.get(code) ?? { folder: "" };
    if (error !== undefined) {
      expect(way).toBe("a name");
      expect(error).toContain(what);
      return;
    }
    expect(texts.join()).not.toMatch(/x-api-key/i);
    expect(texts.join()).toMatch(sentence);
    // One chunk, or the later one comes with the page.
    const later = texts.find((text) => sentence.test(text)) ?? "";
    writeFileSync(join(folder, "loaded.mjs"), later);
    const loaded = await node([join(folder, "loaded.mjs")], folder);
    expect(loaded.code).not.toBe(0);
    expect(loaded.printed).toMatch(sentence);
  });
});

it.each(["turbopack", "webpack"])(
  "a page of Next's, bundled by %s, fails, or says why when it is loaded",
  async (bundler) => {
    const folder = await install({
      name: `bundles-next-${bundler}`,
      ours: ["@equos-broker/next"],
      dependencies: { next: "16.4.6", react: "19.3.1", "react-dom": "19.3.1" },
      template: template("bundles-next"),
    });
    const args = ["node_modules/next/dist/bin/next", "build", `--${bundler}`];
    const { code, printed } = await node(args, folder, { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" });
    const scripts = readdirSync(join(folder, ".next"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.startsWith("static") && file.endsWith(".js"))
      .map((file) => readFileSync(join(folder, ".next", file), "utf8"));
    for (const script of scripts) expect(script).not.toMatch(/x-api-key/i);
    if (code !== 0) expect(printed).toMatch(/toNextHandlers|must not reach a browser/);
    else expect(scripts.some((script) => sentence.test(script))).toBe(true);
  },
  180_000,
);

describe("what runs on a server gets the real code", () => {
  it("bundled by Vite for server-side rendering", async () => {
    const folder = await install({
      name: "bundles-vite",
      ours: packages,
      dependencies: { esbuild: "0.28.2", vite: "8.3.8" },
      template: template("bundles"),
    });
    writeFileSync(join(folder, "server.js"), pages[0]?.code ?? "");
    const script = `import("vite").then(async ({ build }) => {
      const how = { ssr: "server.js", write: false };
      const { output } = await build({ logLevel: "silent", configFile: false, ssr: { noExternal: true }, build: how });
      console.log(output.map(({ code }) => code).join());
    });`;
    const { printed } = await node(["-e", script], folder);
    expect(printed).toMatch(/x-api-key/i);
    expect(printed).not.toMatch(sentence);
  });

  it.each([
    ["Workers", ["workerd", "worker", "browser"]],
    ["other edges", ["edge-light"]],
  ])("bundled for %s, and free of Node", async (_, conditions) => {
    const folder = await install({
      name: "bundles-esbuild",
      ours: packages,
      dependencies: { esbuild: "0.28.2", vite: "8.3.8" },
      template: template("bundles"),
    });
    const onTheEdge = pages.filter(({ way, name }) => way === "a name" && /core|next|redis/.test(name));
    const bundle = await edgeBundle(folder, onTheEdge.map(({ code }) => code).join("\n"), conditions);
    expect(bundle).toMatch(/x-api-key/i);
    expect(tracesOfNode(bundle)).toEqual([]);
  });
});
