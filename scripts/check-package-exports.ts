import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { published } from "./entries.js";
import { exported } from "./exported.js";

/** What is built exports what its list says: in its types, and at run time as a module and as CommonJS. */
export async function checkPackageExports(): Promise<void> {
  const packages = published("dist");
  const entries = packages.flatMap((one) => one.entries);
  const found = exported(entries, []);
  const require = createRequire(import.meta.url);
  for (const { name, entries: own, list } of packages) {
    const lists = own.map((entry) => found[entries.indexOf(entry)]);
    if (lists.map((one) => one?.text).join("\n") !== readFileSync(list, "utf8")) {
      throw new Error(`${name}: what its types export is not what ${list} says`);
    }
    const [{ file } = { file: "" }] = own;
    const wanted = [...(lists[0]?.values ?? [])].sort().join();
    const kinds = [
      ["ES module", await import(file.replace(/\.d\.ts$/, ".js"))],
      ["CommonJS", require(file.replace(/\.d\.ts$/, ".cjs"))],
    ] as const;
    for (const [kind, module] of kinds) {
      const names = Object.keys(module).sort().join();
      if (names !== wanted) throw new Error(`${name}, ${kind}: exports ${names}, and its types say ${wanted}`);
    }
    console.log(`  exports: ${name} has what its list says`);
  }
}
