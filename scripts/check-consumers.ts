import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildResult, build } from "esbuild";
import { root, run } from "./workspace.js";

/** Installs the tarballs with npm, as a team would, and uses them from there. */
export async function checkConsumers(folder: string, tarballs: ReadonlyMap<string, string>): Promise<void> {
  const consumer = join(folder, "consumer");
  // The example, copied and installed with npm, is the consumer: its own code is one more check.
  cpSync(join(root, "examples/express"), consumer, {
    recursive: true,
    filter: (source) => !/node_modules|\/test$/.test(source),
  });
  const manifest = JSON.parse(readFileSync(join(consumer, "package.json"), "utf8"));
  const files = Object.fromEntries([...tarballs].map(([name, file]) => [name, `file:${file}`]));
  Object.assign(manifest.dependencies, files);
  for (const name of Object.keys(files)) delete manifest.devDependencies[name];
  writeFileSync(join(consumer, "package.json"), JSON.stringify(manifest));
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], consumer);

  await run("npm", ["run", "--silent", "typecheck"], consumer);
  console.log("  the example type-checks on the tarballs");
  await loads(consumer, [...tarballs.keys()]);
  await compiles(consumer);
  await bundles(consumer);
}

/** ESM and CommonJS give the same names. */
async function loads(consumer: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const script = `
      const { createRequire } = require("node:module");
      import(${JSON.stringify(name)}).then((esm) => {
        const names = (module) => Object.keys(module).filter((key) => key !== "default").sort().join();
        const cjs = require(${JSON.stringify(name)});
        if (names(esm) !== names(cjs) || names(esm) === "") throw new Error("ESM and CommonJS differ");
      }).catch((error) => { console.error(error); process.exit(1); });`;
    await run(process.execPath, ["-e", script], consumer);
  }
  console.log("  every package loads as ESM and as CommonJS");
}

const flavours = {
  "node16-esm": { module: "node16", moduleResolution: "node16" },
  "node16-cjs": { module: "node16", moduleResolution: "node16" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
  node10: { module: "commonjs", moduleResolution: "node10" },
} as const;

/** A consumer's strictest settings, for each way of resolving modules; without skipLibCheck our own types are checked. */
async function compiles(consumer: string): Promise<void> {
  const source = `
    import { ConversationBroker, toExpress, type ExpressContext } from "@equos-broker/express";
    import { type FastifyContext, toFastify } from "@equos-broker/fastify";
    import { type NextContext, startAction, toNextHandlers } from "@equos-broker/next";
    export const broker = new ConversationBroker({
      authorize: ({ native: { req } }: ExpressContext) => ({ identity: req.ip ?? "", name: "Ada", plan: "free" as const }),
      characters: { guide: "cha_1" },
      conversation: ({ consumer }) => ({ promptCtx: consumer.plan }),
    });
    export const middleware = toExpress(broker);
    export const plugin = toFastify(
      new ConversationBroker({ authorize: ({ native }: FastifyContext) => ({ identity: native.request.ip, name: "Ada" }) }),
    );
    const onNext = new ConversationBroker({
      authorize: ({ header }: NextContext) => ({ identity: header("x-user") ?? "", name: "Ada" }),
    });
    export const { POST, OPTIONS } = toNextHandlers(onNext, { waitUntil: () => undefined });
    export const start = startAction(onNext);
  `;
  for (const [name, options] of Object.entries(flavours)) {
    const folder = join(consumer, name);
    mkdirSync(folder);
    const file = name === "node16-cjs" ? "index.cts" : "index.ts";
    writeFileSync(join(folder, file), source);
    const common = {
      strict: true,
      declaration: true,
      exactOptionalPropertyTypes: true,
      // Fastify's own types, pino's among them, ask for it.
      esModuleInterop: true,
      noEmit: true,
      target: "es2022",
      types: ["node"],
    };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...common, ...options }, files: [file] }),
    );
    await run(join(consumer, "node_modules/.bin/tsc"), ["-p", folder], consumer);
  }
  console.log(`  types hold for ${Object.keys(flavours).join(", ")}`);
}

/** What a team imports from each package that holds the key. */
const serverNames = {
  "@equos-broker/core": "ConversationBroker",
  "@equos-broker/express": "toExpress",
  "@equos-broker/fastify": "toFastify",
  "@equos-broker/next": "toNextHandlers",
  "@equos-broker/redis": "redisLedger",
};

/** A page that imports a server package does not build; a worker that does builds without a trace of Node. */
async function bundles(consumer: string): Promise<void> {
  const bundle = (names: readonly string[], conditions: string[]): Promise<BuildResult<{ write: false }>> => {
    const lines = Object.entries(serverNames)
      .filter(([name]) => names.includes(name))
      .map(([name, what]) => `import { ${what} } from "${name}"; console.log(${what});`);
    return build({
      stdin: { contents: lines.join("\n"), resolveDir: consumer },
      bundle: true,
      write: false,
      format: "esm",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions,
      logLevel: "silent",
    });
  };
  for (const [name, what] of Object.entries(serverNames)) {
    const page = await bundle([name], ["browser", "import"]).then(
      () => "built",
      (error: Error) => error.message,
    );
    if (!page.includes(what)) throw new Error(`A page with ${name} in it: ${page}`);
  }
  const onTheEdge = ["@equos-broker/core", "@equos-broker/next", "@equos-broker/redis"];
  for (const conditions of [["workerd", "worker", "browser"], ["edge-light"]]) {
    const { outputFiles } = await bundle(onTheEdge, conditions);
    const text = outputFiles[0]?.text ?? "";
    const traces = text.match(/["']node:\w+["']|\bBuffer\.|\brequire\(/g);
    if (traces || text === "")
      throw new Error(`A bundle for ${conditions[0]} holds ${traces?.join(", ") ?? "nothing"}`);
  }
  console.log("  a page's bundle fails, an edge bundle is free of Node");
}
