import { catalog, packagesIn } from "./workspace.js";

/**
 * Examples are copied and installed with npm, which knows no catalog, so they repeat its ranges in the clear. Ours must
 * be the range of the workspace's own version, or the example would run on an older release.
 */
export function checkVersions(): void {
  const wanted = new Map(Object.entries(catalog()));
  for (const { manifest } of packagesIn("packages")) wanted.set(manifest.name, `^${manifest.version}`);
  const wrong: string[] = [];
  for (const { folder, manifest } of packagesIn("examples")) {
    for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      const expected = wanted.get(name);
      if (expected === undefined) wrong.push(`${folder}: ${name} is not in the catalog of pnpm-workspace.yaml`);
      else if (expected !== range) wrong.push(`${folder}: ${name} is ${range}, the workspace has ${expected}`);
    }
  }
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}
