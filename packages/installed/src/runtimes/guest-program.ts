import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { install } from "../install.js";
import type { Runtime } from "./runtime.js";
import { bundleWorker } from "./worker.js";

const source = (entry: string): string => fileURLToPath(new URL(`../guest/${entry}.ts`, import.meta.url));

/** What the guest imports as a team's own server would: installed, and found by the runtime itself. */
const installed = ["@equos-broker/core", "@hono/node-server"];

/**
 * The guest beside its own `node_modules`, whose core came out of the tarball. Gives the file to run.
 */
export async function guestProgram({ entry }: Runtime): Promise<string> {
  const folder = await install({
    name: "guest",
    ours: ["@equos-broker/core"],
    dependencies: { "@hono/node-server": "2.1.8", hono: "4.13.19" },
  });
  const file = `${folder}/${entry}.mjs`;
  await build({
    entryPoints: [source(entry)],
    outfile: file,
    bundle: true,
    format: "esm",
    logLevel: "error",
    external: installed,
    // Of the workspace only the suite's own sources go in.
    conditions: ["@equos-broker/source"],
    platform: "neutral",
  });
  return entry === "workerd" ? await bundleWorker(file) : file;
}
