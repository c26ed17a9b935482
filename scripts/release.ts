import { readFileSync } from "node:fs";
import { tarballFolder, tarballs } from "./tarballs.js";
import { pnpm, root, run } from "./workspace.js";

/**
 * Publishes the versions that the registry does not have yet. `--checked`: without the checks, which have been made. `--pack`: makes the
 * tarballs alone, for a job that may publish and builds nothing.
 */
async function release(): Promise<void> {
  const { repository } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  if (typeof repository !== "string" || !/^https:\/\/[^/]+\/[^/]+\/[^/]+$/.test(repository)) {
    throw new Error(
      'Nothing is released without an address: set "repository" in the root\'s package.json to https://github.com/<owner>/<name>',
    );
  }
  const isPack = process.argv.includes("--pack");
  if (!isPack && !process.argv.includes("--checked")) {
    await pnpm(["run", "check"]);
    await pnpm(["run", "test:runtimes"]);
  }
  await tarballs();
  if (!isPack) await run(process.execPath, ["scripts/publish-tarballs.mjs", tarballFolder]);
}

release().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
