import { readFileSync } from "node:fs";
import { built } from "./built.js";
import { pnpm, root, run } from "./workspace.js";

/** Publishes whatever the registry does not have yet. `--checked`: somebody else has made the checks. */
async function release(): Promise<void> {
  const { repository } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  if (typeof repository !== "string" || !/^https:\/\/[^/]+\/[^/]+\/[^/]+$/.test(repository)) {
    throw new Error(
      'Nothing is released without an address: set "repository" in the root\'s package.json to https://github.com/<owner>/<name>',
    );
  }
  if (!process.argv.includes("--checked")) {
    await pnpm(["run", "check"]);
    await pnpm(["run", "test:runtimes"]);
  }
  await built();
  await run("node_modules/.bin/changeset", ["publish"]);
}

release().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
