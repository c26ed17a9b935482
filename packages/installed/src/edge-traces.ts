import { build } from "esbuild";

/** Bundles what an edge platform would run. */
export async function edgeBundle(folder: string, code: string, conditions: readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: [...conditions],
    external: ["node:*"],
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/** What of Node stands in a bundle. Comments and strings of ours name none of these. */
export const tracesOfNode = (bundle: string): readonly string[] =>
  bundle.match(/["']node:\w+["']|\bBuffer\.|\brequire\(/g) ?? [];
