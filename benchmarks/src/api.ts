import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { atMost, bytes, type Figure, microseconds, ratio, told } from "./figure.js";
import { type Forked, forked } from "./forked.js";
import { sideBySide } from "./measure.js";
import type { Section } from "./section.js";

const MAX_BYTES = 6 * 1024;
const MAX_OVER_BARE = 1.3;
const MAX_OVER_FETCH = 0.5;

/** The client's own cost: what a bundle grows by, and CPU time beside other ways to make the same call. */
export const api: Section = {
  name: "api",
  title: "The client of the Equos API: size, and CPU time per start beside other ways to call, in turn in one process",
  needsHeap: false,
  needsRedis: false,
  async measure({ rounds }, say) {
    const upstream = await forked("api-upstream");
    // As api-upstream.ts sends it.
    const { port } = upstream.first as { port: number };
    const callers = await forked("api-callers", [String(port)]);
    try {
      const figures: Figure[] = [
        atMost("all operations, minified and gzipped, without the checks of answers", await size(), MAX_BYTES, bytes),
      ];
      for (const [name, max] of [
        ["client", MAX_OVER_BARE],
        ["client, answers checked", MAX_OVER_BARE],
      ] as const) {
        say(`${name} beside bare node:http: ${rounds} rounds`);
        figures.push(await compared(callers, rounds, name, "bare", max));
      }
      say(`client beside fetch: ${rounds} rounds`);
      figures.push(await compared(callers, rounds, "client, answers checked", "fetch", MAX_OVER_FETCH));
      return [...figures, told("with the checks of answers, zod's share among it", bytes(await size(true)))];
    } finally {
      callers.end();
      upstream.end();
    }
  },
};

async function compared(
  callers: Forked,
  rounds: number,
  name: string,
  reference: string,
  max: number,
): Promise<Figure> {
  const sample = (way: string) => async () => {
    // As api-callers.ts sends it.
    const { cpu } = (await callers.ask(way)) as { cpu: number };
    return cpu;
  };
  const [own, other] = await sideBySide(rounds, sample(name), sample(reference));
  const detail = `  (${microseconds(own)} against ${microseconds(other)})`;
  return atMost(`CPU per start: ${name} over ${reference}`, own / other, max, ratio, detail);
}

/** What a bundle for Node grows by. The checks are a file of their own, loaded with the first answer. */
async function size(withChecks = false): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: 'export { EquosClient } from "@equos-broker/api";', resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    minify: true,
    splitting: true,
    outdir: "out",
    platform: "node",
    format: "esm",
    conditions: ["@equos-broker/source", "node"],
  });
  const byName = new Map(outputFiles.map((file) => [file.path.split("/").at(-1) ?? "", file]));
  const counted = new Set<string>();
  const add = (name: string): void => {
    const file = byName.get(name);
    if (file === undefined || counted.has(name)) return;
    counted.add(name);
    for (const [, imported] of file.text.matchAll(/from"\.\/([^"]+)"/g)) add(imported ?? "");
  };
  if (withChecks) for (const name of byName.keys()) add(name);
  else add("stdin.js");
  return [...counted].reduce((sum, name) => sum + gzipSync(byName.get(name)?.contents ?? "").byteLength, 0);
}
