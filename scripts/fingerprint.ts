import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { globSync } from "tinyglobby";

/** One text for all that the files which match contain, and are called. */
export function fingerprint(root: string, patterns: readonly string[], more: readonly string[] = []): string {
  const hash = createHash("sha256");
  const part = (text: string | Uint8Array) => hash.update(`${text.length}:`).update(text);
  for (const text of more) part(text);
  for (const file of globSync([...patterns], { cwd: root, dot: true, ignore: ["**/node_modules/**"] }).sort()) {
    part(file);
    part(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}
