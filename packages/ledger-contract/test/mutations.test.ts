import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ledgerContract, type plainLedger } from "../src/index.js";
import { movedClock } from "./clock.js";
import { type Mutation, mutations } from "./mutations.js";

const model = fileURLToPath(new URL("../src/model/plain-ledger.ts", import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ledger-mutations-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The model with one text replaced, as a module of its own. */
async function mutant(mutation: Mutation, number: number): Promise<typeof plainLedger> {
  let found = 0;
  const outfile = join(folder, `${number}.mjs`);
  await build({
    entryPoints: [model],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    plugins: [
      {
        name: "mutate",
        setup: ({ onLoad }) => {
          onLoad({ filter: /\/model\/[^/]+\.ts$/ }, async ({ path }) => {
            const source = await readFile(path, "utf8");
            if (basename(path) !== mutation.file) return { contents: source, loader: "ts" };
            found = source.split(mutation.from).length - 1;
            return { contents: source.replace(mutation.from, () => mutation.to), loader: "ts" };
          });
        },
      },
    ],
  });
  expect(found, `this text must be in ${mutation.file} once: ${mutation.from}`).toBe(1);
  const { plainLedger: mutated }: { plainLedger: typeof plainLedger } = await import(pathToFileURL(outfile).href);
  return mutated;
}

/** The first case that a faulty ledger fails: of those by hand, or of the properties alone. */
async function failure(ledger: typeof plainLedger, part: "hand" | "properties"): Promise<string | undefined> {
  const open = async () => {
    const clock = movedClock();
    return { ledger: ledger({ clock, shared: true }), clock };
  };
  for (const { name, run } of ledgerContract({ open, runs: 150, seed: 1 })) {
    if (name.startsWith("like the model") !== (part === "properties")) continue;
    const failed = await run().then(
      () => false,
      () => true,
    );
    if (failed) return name;
  }
  return undefined;
}

describe.each(mutations.map((mutation, number) => ({ ...mutation, number })))("$what", ({ number, ...mutation }) => {
  it("is caught by a case", async () => {
    expect(await failure(await mutant(mutation, number), "hand")).toBeDefined();
  });

  // Minutes: for those who change the properties.
  if (process.env.MUTATIONS !== "all" || mutation.casesOnly === true) return;
  it("is caught by a property", async () => {
    expect(await failure(await mutant(mutation, number), "properties")).toBeDefined();
  });
});
