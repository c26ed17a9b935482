import { built } from "./built.js";
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
  ["lengths of files", checkLengths],
  ["build", async () => void (await built())],
  ["packages", checkPackages],
];

/** Browser code, which has other globals than the rest. */
async function checkPages(): Promise<void> {
  for (const project of ["examples/express/tsconfig.public.json", "packages/conformance/test/livekit-page"]) {
    await run(`${bin}/tsc`, ["-p", project]);
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
