import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { notice } from "../../../scripts/notice.js";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/** In CI a missing browser is a failure, elsewhere one printed line. */
export const skipped = !existsSync(executablePath) && process.env.CI === undefined;
if (skipped) notice(`packages/client is not tried in a browser: no Chromium at ${executablePath}`);

/** A browser for the tests of one `describe`, and this package as a script that sets `client`. */
export function browserAndClient(): { readonly browser: Browser; readonly client: string } {
  let browser: Browser | undefined;
  let client = "";
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
      // Pages that were left stay in memory, as they do for users.
      ignoreDefaultArgs: ["--disable-back-forward-cache"],
    });
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL("../src/index.ts", import.meta.url))],
      bundle: true,
      conditions: ["@equos-broker/source"],
      format: "iife",
      globalName: "client",
      footer: { js: "globalThis.client = client;" },
      write: false,
    });
    client = outputFiles[0]?.text ?? "";
  });
  afterAll(() => browser?.close());
  return {
    get browser() {
      if (browser === undefined) throw new Error("no browser");
      return browser;
    },
    get client() {
      return client;
    },
  };
}
