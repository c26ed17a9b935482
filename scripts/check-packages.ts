import { readFileSync } from "node:fs";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { wrongContents } from "./check-package-contents.js";
import { checkPackageExports } from "./check-package-exports.js";
import { wrongMaps } from "./check-package-maps.js";
import { packageFiles } from "./package-files.js";
import { tarballs } from "./tarballs.js";

/** Checks every package as it would be published. What teams then do with them is for packages/installed to try. */
export async function checkPackages(): Promise<void> {
  for (const [name, tarball] of await tarballs()) {
    const bytes = Uint8Array.from(readFileSync(tarball));
    await lint(name, bytes.buffer);
    await checkTypes(name, bytes);
    checkContents(name, bytes);
  }
  await checkPackageExports();
}

function checkContents(name: string, tarball: Uint8Array): void {
  const files = packageFiles(tarball);
  const wrong = [...wrongContents(name, files), ...wrongMaps(files)];
  if (wrong.length > 0) throw new Error(wrong.map((problem) => `${name}: ${problem}`).join("\n"));
  console.log(`  contents: ${name} has licence, README, sources and maps that lead to them`);
}

async function lint(name: string, tarball: ArrayBuffer): Promise<void> {
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  // A stranger's condition, told apart from a typing error by its scope.
  const real = messages.filter((message) => !JSON.stringify(message).includes("@equos-broker/source"));
  if (real.length > 0) {
    throw new Error(`publint, ${name}:\n${real.map((message) => formatMessage(message, pkg)).join("\n")}`);
  }
  console.log(`  publint: ${name} is fine`);
}

async function checkTypes(name: string, tarball: Uint8Array): Promise<void> {
  const result = await checkPackage(createPackageFromTarballData(tarball));
  if (!result.types) throw new Error(`attw, ${name}: the package has no types`);
  if (result.problems.length > 0) {
    throw new Error(`attw, ${name}:\n${result.problems.map((problem) => JSON.stringify(problem)).join("\n")}`);
  }
  console.log(`  attw: ${name} is fine`);
}
