import { defineConfig, type Options } from "tsup";

/**
 * The one build recipe of every published package: ESM + CJS + types, nothing bundled that is a dependency.
 * `entry` names the files beyond `src/index.ts`.
 */
export function preset(entry: Record<string, string> = {}, more: Options = {}) {
  return defineConfig({
    entry: { index: "src/index.ts", ...entry },
    format: ["esm", "cjs"],
    dts: true,
    target: "node20",
    platform: "neutral",
    clean: true,
    sourcemap: true,
    // tsup would turn "node:http" into "http", which workerd and Deno refuse.
    removeNodeProtocol: false,
    external: [/^node:/, /^#/],
    silent: true,
    ...more,
  });
}
