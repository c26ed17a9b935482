import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { progress } from "../../../scripts/progress.js";
import "../../installed/src/setup.js";
import { install } from "../../installed/src/install.js";

export type StarterName = "express" | "fastify" | "next";

/** A build has no secrets. */
const quietly = { PATH: process.env.PATH, HOME: process.env.HOME, NEXT_TELEMETRY_DISABLED: "1" };

/** A starter as its README has it: copied out of the workspace, `npm install`, `npm run build`. Gives its folder. */
export async function copied(name: StarterName): Promise<string> {
  const template = fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));
  const manifest = JSON.parse(readFileSync(`${template}/package.json`, "utf8"));
  const listed = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  const isOurs = ([dependency]: readonly [string, unknown]) => dependency.startsWith("@equos-broker/");
  const folder = await install({
    name: `starter-${name}`,
    ours: listed.filter(isOurs).map(([dependency]) => dependency),
    // The example's own ranges.
    dependencies: Object.fromEntries(listed.filter((entry) => !isOurs(entry))) as Record<string, string>,
    manifest: { scripts: manifest.scripts },
    template,
  });
  await progress(`build of examples/${name}`, "npm", ["run", "build"], folder, quietly);
  return folder;
}
