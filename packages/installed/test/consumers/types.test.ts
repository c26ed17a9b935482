import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Places } from "../../../../scripts/places.js";
import { install, type Project } from "../../src/install.js";
import { node, run } from "../run.js";

const compilers = { "5.5": "5.5.4", "5.9": "5.9.3", "6": "6.0.3" } as const;
type Compiler = keyof typeof compilers;
const aliases = Object.entries(compilers).map(([name, version]) => [`typescript-${name}`, `npm:typescript@${version}`]);

const ours = ["core", "express", "fastify", "next", "redis"].map((name) => `@equos-broker/${name}`);
const common = { ...Object.fromEntries(aliases), "@types/node": "20.19.43", express: "5.3.0", fastify: "5.12.8" };

/**
 * Ways of resolving modules. `esm`: the output keeps the imports, so they may be told apart from types. `whole`: the
 * declarations are checked too, ours of both kinds among them, which takes twice as long.
 */
const flavours = {
  node10: { module: "commonjs", moduleResolution: "node10", esm: false, whole: false },
  "node16, CommonJS": { module: "node16", moduleResolution: "node16", esm: false, whole: true },
  "node16, ESM": { module: "node16", moduleResolution: "node16", esm: true, whole: true },
  "nodenext, ESM": { module: "nodenext", moduleResolution: "nodenext", esm: true, whole: false },
  bundler: { module: "esnext", moduleResolution: "bundler", esm: true, whole: false },
} as const;
type Flavour = keyof typeof flavours;

const template = new URL("../../consumers/types/", import.meta.url);
const places = new Places(2);

/** Compiles the fixture with a team's strictest settings. */
async function compile(project: Project, validator: "zod" | "valibot", compiler: Compiler, flavour: Flavour) {
  const root = await install(project);
  const { esm, whole, ...how } = flavours[flavour];
  const folder = `${root}/${compiler} ${flavour} ${validator}`;
  mkdirSync(folder, { recursive: true });
  // In a folder with a "type" of its own, as in a package of either kind.
  writeFileSync(`${folder}/package.json`, JSON.stringify({ type: esm ? "module" : "commonjs" }));
  const source = readFileSync(new URL("broker.ts", template), "utf8");
  writeFileSync(`${folder}/broker.ts`, source);
  writeFileSync(`${folder}/schema.ts`, readFileSync(new URL(`schema-${validator}.ts`, template), "utf8"));
  const compilerOptions = {
    ...how,
    ...(how.moduleResolution === "node10" && compiler === "6" ? { ignoreDeprecations: "6.0" } : {}),
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    isolatedModules: true,
    verbatimModuleSyntax: esm,
    // Express' and pino's declarations ask for it.
    esModuleInterop: true,
    declaration: true,
    skipLibCheck: !whole,
    outDir: "out",
    rootDir: ".",
    target: "es2022",
    types: ["node"],
  };
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions, files: ["broker.ts"] }));
  return await places.run(() => node([`${root}/node_modules/typescript-${compiler}/bin/tsc`, "-p", folder], root));
}

const withZod = (name: string, zod: string, more: Record<string, string>): Project => ({
  name: `types-${name}`,
  ours,
  dependencies: { ...common, zod, ...more },
});
const current = withZod("current", "4.6.7", { "@types/express": "5.0.6" });

describe.each(Object.keys(compilers) as Compiler[])("TypeScript %s", (compiler) => {
  it.concurrent.each(Object.keys(flavours) as Flavour[])("%s", async (flavour) => {
    expect(await compile(current, "zod", compiler, flavour)).toEqual({ code: 0, printed: "" });
  });
});

describe("other types beside ours", () => {
  it.concurrent.each([
    ["Express 4", withZod("express-4", "4.6.7", { "@types/express": "4.17.25" }), "zod"],
    ["zod 3.25", withZod("zod-3", "3.25.76", { "@types/express": "5.0.6" }), "zod"],
    ["zod 4.0", withZod("zod-4-0", "4.0.17", { "@types/express": "5.0.6" }), "zod"],
    ["valibot", withZod("valibot", "4.6.7", { "@types/express": "5.0.6", valibot: "1.5.0" }), "valibot"],
  ] as const)("%s", async (_, project, validator) => {
    expect(await compile(project, validator, "5.9", "nodenext, ESM")).toEqual({ code: 0, printed: "" });
    expect(await compile(project, validator, "5.9", "node10")).toEqual({ code: 0, printed: "" });
  });
});

it("the example, copied and installed with npm", async () => {
  const example = new URL("../../../../examples/express/", import.meta.url);
  const { scripts, dependencies, devDependencies } = JSON.parse(readFileSync(new URL("package.json", example), "utf8"));
  const all: Record<string, string> = { ...dependencies, ...devDependencies };
  const isOurs = (name: string) => name.startsWith("@equos-broker/");
  const folder = await install({
    name: "example-express",
    ours: Object.keys(all).filter(isOurs),
    dependencies: Object.fromEntries(Object.entries(all).filter(([name]) => !isOurs(name))),
    manifest: { scripts },
    template: example.pathname,
  });
  expect(await run("npm", ["run", "--silent", "typecheck"], folder)).toEqual({ code: 0, printed: "" });
});
