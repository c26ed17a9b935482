// Publishes the tarballs in a folder that the registry does not have yet. Plain JavaScript on Node and npm alone, because the
// job that may publish installs nothing.
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("Give the folder with the tarballs.");

const registry = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tgz"));
if (files.length === 0) throw new Error(`There is no tarball in ${folder}.`);

/** Whether the registry has this version. */
async function isPublished({ name, version }) {
  const response = await fetch(new URL(name.replace("/", "%2f"), registry));
  if (response.status === 404) return false;
  if (!response.ok) throw new Error(`${registry} answered ${response.status} for ${name}`);
  return version in (await response.json()).versions;
}

let published = 0;
for (const file of files.toSorted()) {
  const tarball = join(folder, file);
  const manifest = JSON.parse(execFileSync("tar", ["-xOzf", tarball, "package/package.json"], { encoding: "utf8" }));
  if (await isPublished(manifest)) continue;
  execFileSync("npm", ["publish", tarball, "--access", "public"], { stdio: "inherit" });
  published += 1;
}
if (published === 0) console.log("No unpublished packages to publish.");
