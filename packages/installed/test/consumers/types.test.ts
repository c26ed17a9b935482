import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Places } from "../../../../scripts/places.js";
import { install, type Project } from "../../src/install.js";
import { node, run } from "../run.js";

const compilers = { "5.5": "5.5.4", "5.9": "5.9.3", "6": "6.0.3" } as const;
type Compiler = keyof typeof compilers;
const aliases = Object.entries(compilers).map(([name, version]) => [`typescript-${name}`, `npm:typescript@${version}`]);

const ours = ["core", "express", "fastify", "next", "redis"].map((name) => `@equos-broker/${name}`);
const common = {
  ...Object.fromEntries(aliases),
  "@types/node": "20.19.43",
  express: "5.3.0",
  fastify: "5.12.8",
  pino: "10.4.0",
};

/** Ways of resolving modules. Where the output keeps the imports, they have to be told apart from types. */
const flavours = {
  node10: { module: "commonjs", moduleResolution: "node10", kind: "commonjs", extension: "ts" },
  "node16, CommonJS": { module: "node16", moduleResolution: "node16", kind: "module", extension: "cts" },
  "node16, ESM": { module: "node16", moduleResolution: "node16", kind: "module", extension: "ts" },
  "nodenext, ESM": { module: "nodenext", moduleResolution: "nodenext", kind: "module", extension: "ts" },
  bundler: { module: "esnext", moduleResolution: "bundler", kind: "module", extension: "ts" },
} as const;
type Flavour = keyof typeof flavours;

/** What every flavour compiles: how a team uses the packages, and mistakes that are refused. */
const sources = ["broker", "refused"];

const template = new URL("../../consumers/types/", import.meta.url);
const places = new Places(2);

interface Compilation {
  readonly project: Project;
  readonly validator: "zod" | "valibot";
  readonly compiler: Compiler;
  readonly flavour: Flavour;
  /** Declarations too, ours among them; takes twice as long. */
  readonly whole: boolean;
}

/** Compiles the fixture with a team's strictest settings. */
async function compile({ project, validator, compiler, flavour, whole }: Compilation) {
  const root = await install(project);
  const { kind, extension, ...how } = flavours[flavour];
  const folder = `${root}/${compiler} ${flavour} ${validator}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/package.json`, JSON.stringify({ type: kind }));
  const copy = (from: string, to: string) => {
    const source = readFileSync(new URL(`${from}.ts`, template), "utf8");
    writeFileSync(
      `${folder}/${to}.${extension}`,
      extension === "cts" ? source.replace(/(\.\/\w+)\.js"/, '$1.cjs"') : source,
    );
  };
  for (const source of sources) copy(source, source);
  copy(`schema-${validator}`, "schema");
  const compilerOptions = {
    ...how,
    ...(how.moduleResolution === "node10" && compiler === "6" ? { ignoreDeprecations: "6.0" } : {}),
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    isolatedModules: true,
    verbatimModuleSyntax: kind === "module" && extension === "ts",
    // Express' and pino's declarations ask for it.
    esModuleInterop: true,
    declaration: true,
    skipLibCheck: !whole,
    outDir: "out",
    rootDir: ".",
    target: "es2022",
    types: ["node"],
  };
  writeFileSync(
    `${folder}/tsconfig.json`,
    JSON.stringify({ compilerOptions, files: sources.map((source) => `${source}.${extension}`) }),
  );
  const tsc = `${root}/node_modules/typescript-${compiler}/bin/tsc`;
  const compiled = await places.run(() => node([tsc, "-p", folder], root));
  return { ...compiled, declared: sources.every((source) => existsSync(`${folder}/out/${source}.d.${extension}`)) };
}

const fine = { code: 0, printed: "", declared: true };

const withZod = (name: string, zod: string, more: Record<string, string>): Project => ({
  name: `types-${name}`,
  ours,
  dependencies: { ...common, zod, ...more },
});
const current = withZod("current", "4.6.7", { "@types/express": "5.0.6" });

// `Object.keys` forgets whose keys they are.
describe.each(Object.keys(compilers) as Compiler[])("TypeScript %s", (compiler) => {
  // As above.
  it.concurrent.each(Object.keys(flavours) as Flavour[])("%s", async (flavour) => {
    // With the oldest and the newest compiler once for each kind of our declarations, `.d.ts` and `.d.cts`.
    const whole = compiler === "5.9" || flavours[flavour].moduleResolution === "node16";
    expect(await compile({ project: current, validator: "zod", compiler, flavour, whole })).toEqual(fine);
  });
});

describe("other types beside ours", () => {
  it.concurrent.each([
    ["Express 4", withZod("express-4", "4.6.7", { "@types/express": "4.17.25" }), "zod"],
    ["zod 3.25", withZod("zod-3", "3.25.76", { "@types/express": "5.0.6" }), "zod"],
    ["zod 4.0", withZod("zod-4-0", "4.0.17", { "@types/express": "5.0.6" }), "zod"],
    ["valibot", withZod("valibot", "4.6.7", { "@types/express": "5.0.6", valibot: "1.5.0" }), "valibot"],
  ] as const)("%s", async (_, project, validator) => {
    const how = { project, validator, compiler: "5.9", whole: false } as const;
    expect(await compile({ ...how, flavour: "nodenext, ESM" })).toEqual(fine);
    expect(await compile({ ...how, flavour: "node10" })).toEqual(fine);
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
