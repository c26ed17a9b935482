import { writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { build } from "esbuild";

/**
 * Bundles a Worker in full, with the conditions that wrangler sets, and writes what workerd needs to serve it, beside it:
 * today's behaviour of the runtime, none of Node's modules, and these bindings. Gives the file for `workerd serve`.
 */
export async function bundleWorker(entry: string, bindings: Readonly<Record<string, string>> = {}): Promise<string> {
  const outfile = `${dirname(entry)}/bundled-${basename(entry)}`;
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: "esm",
    platform: "neutral",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    external: ["cloudflare:workers"],
    logLevel: "error",
  });
  const name = basename(outfile);
  const texts = Object.entries(bindings).map(([key, value]) => `(name = "${key}", text = ${JSON.stringify(value)})`);
  const config = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["private", "local", "public"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "${name}", esModule = embed "${name}")],
  compatibilityDate = "2026-11-01",
  bindings = [${texts.join(", ")}],
);
`;
  writeFileSync(`${outfile}.capnp`, config);
  return `${outfile}.capnp`;
}
