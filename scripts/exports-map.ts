import { existsSync } from "node:fs";
import { join } from "node:path";

/** A `package.json`, as far as this looks at it. */
interface WithExports {
  readonly exports?: unknown;
}

/**
 * What is wrong with the exports of an unpacked package. Each place that leads to code says first where its types are, and
 * both files are there: TypeScript often finds the types without that, and sometimes the wrong ones.
 */
export function wrongExports(manifest: WithExports, folder: string): string[] {
  return wrongIn(manifest.exports, "exports", folder);
}

function wrongIn(value: unknown, path: string, folder: string): string[] {
  if (typeof value === "string") return existsSync(join(folder, value)) ? [] : [`${path}: there is no ${value}`];
  if (typeof value !== "object" || value === null) return [`${path} is neither a file nor conditions`];
  const entries = Object.entries(value);
  const wrong = entries.flatMap(([key, child]) => wrongIn(child, `${path} → ${key}`, folder));
  if (!("default" in value)) return wrong;
  const [first] = entries[0] ?? [];
  return first === "types" ? wrong : [...wrong, `${path}: "types" has to be its first condition`];
}
