import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { checkConsumers } from "./check-consumers.js";
import { pnpm, publishedPackages, root } from "./workspace.js";

/** Packs every package as it would be published, and checks what arrives at those who install it. */
export async function checkPackages(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "equos-broker-packages-"));
  try {
    const tarballs = new Map<string, string>();
    for (const { folder: source, manifest } of publishedPackages()) {
      const into = join(folder, source);
      mkdirSync(into, { recursive: true });
      await pnpm(["pack", "--pack-destination", into], join(root, source));
      const [name] = readdirSync(into);
      if (name === undefined) throw new Error(`${source} gave no tarball`);
      tarballs.set(manifest.name, join(into, name));
    }
    for (const [name, tarball] of tarballs) {
      const bytes = Uint8Array.from(readFileSync(tarball));
      await lint(name, bytes.buffer);
      await checkTypes(name, bytes);
    }
    await checkConsumers(folder, tarballs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
