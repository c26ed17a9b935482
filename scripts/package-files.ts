import { createPackageFromTarballData } from "@arethetypeswrong/core";

/** What is in a tarball: path → text. */
export function packageFiles(tarball: Uint8Array): ReadonlyMap<string, string> {
  const unpacked = createPackageFromTarballData(tarball);
  const folder = `/node_modules/${unpacked.packageName}/`;
  return new Map(unpacked.listFiles().map((path) => [path.slice(folder.length), unpacked.readFile(path)]));
}
