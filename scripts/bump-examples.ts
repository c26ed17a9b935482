import { readFileSync, writeFileSync } from "node:fs";
import { packagesIn, root } from "./workspace.js";

/** Moves the examples to the workspace's own versions: their ranges stand in the clear, out of changesets' sight. */
const versions = new Map(packagesIn("packages").map(({ manifest }) => [manifest.name, `^${manifest.version}`]));
for (const { folder } of packagesIn("examples")) {
  const file = `${root}/${folder}/package.json`;
  const text = readFileSync(file, "utf8").replace(/"(@equos-broker\/[\w-]+)": "\^[^"]+"/g, (line, name: string) =>
    versions.has(name) ? `"${name}": "${versions.get(name)}"` : line,
  );
  writeFileSync(file, text);
}
