import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * One file of the server and everything it imports, made of the sources: a server is started every few seconds, and
 * loading it file by file takes several of them.
 */
export async function bundleServer(folder: string): Promise<string> {
  const outfile = join(folder, "server.cjs");
  await build({
    entryPoints: [fileURLToPath(new URL("../src/server.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    conditions: ["@equos-broker/source", "node"],
    logLevel: "error",
  });
  writeFileSync(join(folder, "package.json"), "{}");
  return outfile;
}
