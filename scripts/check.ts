import { checkLengths } from "./check-lengths.js";
import { checkPackages } from "./check-packages.js";
import { checkVersions } from "./check-versions.js";
import { pnpm, run } from "./workspace.js";

const bin = "node_modules/.bin";

const stages: readonly (readonly [name: string, stage: () => Promise<void> | void])[] = [
  ["lint and format", () => run(`${bin}/biome`, ["check", "--error-on-warnings", "."])],
  ["types", () => run(`${bin}/tsc`, ["-p", "."])],
  ["types of the page", () => run(`${bin}/tsc`, ["-p", "examples/express/tsconfig.public.json"])],
  ["versions of the examples", checkVersions],
  ["lengths of files", checkLengths],
  ["build", () => pnpm(["run", "build"])],
  ["packages", checkPackages],
];

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
