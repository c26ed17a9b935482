import { built } from "./built.js";
import { checkCopies } from "./check-copies.js";
import { checkLengths } from "./check-lengths.js";
import { checkPackages } from "./check-packages.js";
import { checkVersions } from "./check-versions.js";
import { run } from "./workspace.js";

const bin = "node_modules/.bin";

const stages: readonly (readonly [name: string, stage: () => Promise<void> | void])[] = [
  ["lint and format", () => run(`${bin}/biome`, ["check", "--error-on-warnings", "."])],
  ["types", () => run(`${bin}/tsc`, ["-p", "."])],
  ["types of the pages", () => checkPages()],
  ["versions of the examples", checkVersions],
  ["copies of the starters", checkCopies],
  ["lengths of files", checkLengths],
  ["build", async () => void (await built())],
  ["packages", checkPackages],
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
