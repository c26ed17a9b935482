/** The chaos run: `pnpm test:chaos`. See README.md. */
import { runChaos } from "./chaos.js";
import { runOptions, usage } from "./run-options.js";

if (process.argv.includes("--help")) {
  process.stdout.write(usage);
} else {
  try {
    const options = runOptions(process.argv.slice(2).filter((arg) => arg !== "--"));
    process.exitCode = (await runChaos(options, (line) => process.stdout.write(`${line}\n`))) ? 0 : 1;
  } catch (error) {
    const known = error instanceof TypeError;
    process.stderr.write(`chaos: ${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = known ? 2 : 1;
  }
}
