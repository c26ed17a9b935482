import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { install } from "../install.js";
import type { Runtime } from "./runtime.js";

const source = (entry: string): string => fileURLToPath(new URL(`../guest/${entry}.ts`, import.meta.url));

/** What the guest imports as a team's own server would: installed, and found by the runtime itself. */
const installed = ["@equos-broker/core", "@hono/node-server"];

/**
 * The guest beside its own `node_modules`, whose core came out of the tarball. Gives the file to run. A Worker is bundled in
 * full, with the conditions that wrangler sets.
 */
export async function guestProgram({ entry }: Runtime): Promise<string> {
  const folder = await install({
    name: "guest",
    ours: ["@equos-broker/core"],
    dependencies: { "@hono/node-server": "2.1.8", hono: "4.13.19" },
  });
  const file = `${folder}/${entry}.mjs`;
  const common = { bundle: true, format: "esm", logLevel: "error" } as const;
  const { outputFiles } = await build({
    ...common,
    entryPoints: [source(entry)],
    write: false,
    external: installed,
    // Of the workspace only the suite's own sources go in.
    conditions: ["@equos-broker/source"],
    platform: "neutral",
  });
  writeFileSync(file, outputFiles[0]?.contents ?? "");
  if (entry !== "workerd") return file;
  const worker = `${folder}/worker.mjs`;
  await build({
    ...common,
    entryPoints: [file],
    outfile: worker,
    conditions: ["workerd", "worker", "browser"],
    platform: "neutral",
    mainFields: ["browser", "module", "main"],
  });
  return worker;
}
