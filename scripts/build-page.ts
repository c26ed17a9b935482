import { build, defaultClientConditions } from "vite";
import { alone } from "./alone.js";
import { root } from "./workspace.js";

/** Builds a starter's page, as its `npm run build` does, from the sources of the workspace. */
export async function buildPage(example: string): Promise<void> {
  const folder = `${root}/examples/${example}`;
  await alone(`${folder}/building.lock`, async () => {
    await build({
      root: `${folder}/web`,
      configFile: `${folder}/vite.config.ts`,
      resolve: { conditions: ["@equos-broker/source", ...defaultClientConditions] },
      logLevel: "warn",
      // A remark about slow plugins, which a busy machine gets for any build.
      build: { rolldownOptions: { checks: { pluginTimings: false } } },
    });
  });
}
