import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { install } from "../../src/install.js";
import { node } from "../run.js";
import { thrownWhenLoaded } from "./modules-of.js";

/** What a page imports by mistake: the adapter that the app has, or what lies below it. */
const serverNames = { next: "toNextHandlers", core: "ConversationBroker" };
const packages = Object.keys(serverNames);

/** Without a name that is missing the build goes through. Each uses what it imports, as the page is loaded or later. */
const quietWays = {
  everything: (name: string) => `import * as all from "${name}"; const use = () => console.log(Object.keys(all));`,
  nothing: (name: string) => `import "${name}"; const use = () => undefined;`,
  required: (name: string) => `const all = require("${name}"); const use = () => console.log(Object.keys(all));`,
  later: (name: string) => `const use = async () => console.log(await import("${name}"));`,
};
const quietPages = Object.entries(quietWays).flatMap(([way, code]) =>
  packages.map((name) => ({ way, name, code: code(`@equos-broker/${name}`) })),
);
const sentenceOf = (name: string) => new RegExp(`@equos-broker/${name} [\\w ]+ must not reach a browser\\.`);

/** A client component. */
const page = (code: string) => `"use client";
${code}
export default function Page() {
  return <button type="button" onClick={use}>Talk</button>;
}
`;

const template = new URL("../../consumers/bundles-next/", import.meta.url).pathname;

async function build(bundler: string, pages: Readonly<Record<string, string>>) {
  const name = `bundles-next-${bundler}`;
  const dependencies = { next: "16.4.6", react: "19.3.1", "react-dom": "19.3.1" };
  // As Next's own starter leaves it; in a "module" webpack does not look at `require`, which no browser has.
  const manifest = { type: undefined };
  const folder = await install({ name, ours: ["@equos-broker/next"], dependencies, template, manifest });
  for (const kept of readdirSync(join(folder, "app"))) {
    if (!["layout.js", "server"].includes(kept)) rmSync(join(folder, "app", kept), { recursive: true });
  }
  rmSync(join(folder, ".next"), { recursive: true, force: true });
  for (const [path, code] of Object.entries(pages)) {
    mkdirSync(join(folder, "app", path), { recursive: true });
    writeFileSync(join(folder, "app", path, "page.js"), page(code));
  }
  const args = ["node_modules/next/dist/bin/next", "build", `--${bundler}`];
  const { code, printed } = await node(args, folder, { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" });
  const built = (path: string) => readFileSync(join(folder, ".next", path), "utf8");
  const listed = readdirSync(join(folder, ".next"), { recursive: true, encoding: "utf8" });
  const scripts = listed.filter((file) => file.startsWith("static") && file.endsWith(".js"));
  return { code, printed, built, scripts };
}

const named = Object.entries(serverNames).map(([name, what]) => {
  const code = `import { ${what} } from "@equos-broker/${name}"; const use = () => console.log(${what});`;
  return { way: "named", name, what, code };
});
const byPath = (pages: typeof quietPages) =>
  Object.fromEntries(pages.map(({ way, name, code }) => [`${way}-${name}`, code]));

it("Next with Turbopack does not build a page that imports a server's function, and says which", async () => {
  const { code, printed } = await build("turbopack", byPath(named));
  expect(code).not.toBe(0);
  for (const { name, what } of named) {
    expect(printed).toContain(`app/named-${name}/page.js`);
    expect(printed).toContain(`Export ${what} doesn't exist in target module`);
    expect(printed).toContain(`@equos-broker/${name}/dist/browser.js`);
  }
});

// webpack only warns of such a name, so that its page is built.
const built = [
  { bundler: "turbopack", pages: quietPages, warnings: [] },
  {
    bundler: "webpack",
    pages: [...named, ...quietPages],
    warnings: named.map(({ name, what }) => `'${what}' is not exported from '@equos-broker/${name}'`),
  },
];
describe.each(built)("Next with $bundler", ({ bundler, pages, warnings }) => {
  let app: Awaited<ReturnType<typeof build>>;
  beforeAll(async () => {
    app = await build(bundler, byPath(pages));
    expect(app).toMatchObject({ code: 0 });
  });

  it.each(pages)("builds a page that says why when a browser loads it: $way of $name", ({ way, name }) => {
    const html = app.built(`server/app/${way}-${name}.html`);
    const sentence = sentenceOf(name);
    // What the page loads at once; `import()` brings its script when it is called.
    const loaded = app.scripts.filter((script) => way === "later" || html.includes(script));
    const guilty = loaded.map(app.built).filter((text) => sentence.test(text));
    expect(guilty).not.toEqual([]);
    for (const script of guilty) {
      const thrown = thrownWhenLoaded(script, sentence);
      expect(thrown).not.toEqual([]);
      for (const error of thrown) expect(error).toMatch(sentence);
    }
  });

  it("has nothing of a server's in any script", () => {
    expect(app.scripts.length).toBeGreaterThan(5);
    for (const script of app.scripts) expect(app.built(script)).not.toMatch(/x-api-key|equos-broker\.error/i);
  });

  it("gives the real package to a server component", () => {
    expect(app.built("server/app/server.html")).toMatch(/on the server a (<!-- -->)?function/);
  });

  it("says while it builds what it misses", () => {
    for (const warning of warnings) expect(app.printed).toContain(warning);
    expect(/not exported|doesn't exist/.test(app.printed)).toBe(warnings.length > 0);
  });
});
