import { built } from "./built.js";
import { checkCopies } from "./check-copies.js";
import { checkDocsCode } from "./check-docs-code.js";
import { checkDocsData } from "./check-docs-data.js";
import { checkDocsLinks } from "./check-docs-links.js";
import { checkGenerated } from "./check-generated.js";
import { checkPackages } from "./check-packages.js";
import { checkSizes } from "./check-sizes.js";
import { checkVersions } from "./check-versions.js";
import { run } from "./workspace.js";

const bin = "node_modules/.bin";

const stages: readonly (readonly [name: string, stage: () => Promise<void> | void])[] = [
  ["lint and format", () => run(`${bin}/biome`, ["check", "--error-on-warnings", "."])],
  ["types", () => run(`${bin}/tsc`, ["-p", "."])],
  ["types of the pages", () => checkPages()],
  ["versions of the examples", checkVersions],
  ["copies of the starters", checkCopies],
  ["generated docs", checkGenerated],
  ["API reference", () => run(`${bin}/tsx`, ["scripts/docs-api.ts"])],
  ["links in the docs", checkDocsLinks],
  ["data and commands in the docs", checkDocsData],
  ["code in the docs", checkDocsCode],
  ["build", async () => void (await built())],
  ["packages", checkPackages],
  ["sizes", checkSizes],
];

/** Browser code, which has other globals than the rest, and starters, whose own settings they have to pass. */
async function checkPages(): Promise<void> {
  const own = ["packages/client", "packages/starters", "packages/conformance/test/livekit-page"];
  for (const project of own) await run(`${bin}/tsc`, ["-p", project]);
  const starters = ["express", "express/web", "express/demo/page", "fastify", "fastify/web", "next"];
  for (const starter of starters) {
    await run(`${bin}/tsc`, ["-p", `examples/${starter}`, "--customConditions", "@equos-broker/source"]);
  }
}

for (const [name, stage] of stages) {
  const start = Date.now();
  console.log(`\n● ${name}`);
  try {
    await stage();
  } catch (error) {
    console.error(`✗ ${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
  console.log(`✓ ${name}, ${((Date.now() - start) / 1000).toFixed(1)} s`);
}
