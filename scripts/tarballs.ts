import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { built } from "./built.js";
import { fingerprint } from "./fingerprint.js";
import { pnpm, publishedPackages, root } from "./workspace.js";

/** Where the tarballs are kept: `packages/core/….tgz` below it. */
export const tarballFolder = `${root}/work/tarballs`;

/** The tarball of every package, as it would be published: by its name, the file's absolute path. Packed when needed. */
export async function tarballs(): Promise<ReadonlyMap<string, string>> {
  const all = publishedPackages();
  const texts = all.map(({ folder: source }) => `${source}/{package.json,README.md,LICENSE}`);
  const madeOf = fingerprint(root, ["LICENSE", ...texts], [await built()]);
  const record = `${tarballFolder}/made-of`;
  if (!existsSync(record) || readFileSync(record, "utf8") !== madeOf) {
    rmSync(tarballFolder, { recursive: true, force: true });
    for (const { folder: source } of all) {
      mkdirSync(`${tarballFolder}/${source}`, { recursive: true });
      await pnpm(["pack", "--pack-destination", `${tarballFolder}/${source}`], `${root}/${source}`);
    }
    writeFileSync(record, madeOf);
  }
  return new Map(
    all.map(({ folder: source, manifest }) => {
      const name = readdirSync(`${tarballFolder}/${source}`).find((file) => file.endsWith(".tgz"));
      if (name === undefined) throw new Error(`${manifest.name} gave no tarball`);
      return [manifest.name, `${tarballFolder}/${source}/${name}`];
    }),
  );
}
