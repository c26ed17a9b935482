import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { run } from "../run.js";

// What a package manager says of our packages when it works out what to install; what it then puts on the disk, the other
// files here use.

const files = Object.fromEntries(Object.entries(inject("tarballs")).map(([name, file]) => [name, `file:${file}`]));
const script = process.env.npm_execpath ?? "";
const isScript = /\.[cm]?js$/.test(script);
/** Others' packages may warn of what they like, of Node's version for one. */
const ofOurs = /peer|equos|404/i;
const asked = {
  npm: {
    program: "npm",
    args: ["install", "--package-lock-only", "--no-audit", "--no-fund", "--prefer-offline"],
    strict: "--strict-peer-deps",
    lock: "package-lock.json",
    // Where it would lie.
    sdk: '"node_modules/@equos/node-sdk"',
  },
  pnpm: {
    program: isScript ? process.execPath : script,
    args: [...(isScript ? [script] : []), "install", "--lockfile-only", "--prefer-offline"],
    strict: "--strict-peer-dependencies",
    lock: "pnpm-lock.yaml",
    // With a version, as each package stands there.
    sdk: "@equos/node-sdk@",
  },
} as const;

async function resolve(manager: "npm" | "pnpm", others: Readonly<Record<string, string>>, isStrict: boolean) {
  const folder = mkdtempSync(join(tmpdir(), "equos-broker-resolved-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const manifest = { name: "shop", version: "1.0.0", private: true, dependencies: { ...files, ...others } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  // What our packages ask of each other is on no registry yet. JSON is YAML.
  const settings = JSON.stringify({ packages: ["."], overrides: files, pmOnFail: "ignore" });
  if (manager === "pnpm") writeFileSync(join(folder, "pnpm-workspace.yaml"), settings);
  const { program, args, strict, lock } = asked[manager];
  const ended = await run(program, isStrict ? [...args, strict] : args, folder);
  return { ...ended, lock: () => readFileSync(join(folder, lock), "utf8") };
}

describe.each(["npm", "pnpm"] as const)("%s", (manager) => {
  it.each(["4.17.3", "5.3.0"])(
    "has nothing to say of our packages beside Express %s, and leaves the official SDK away",
    async (express) => {
      const { code, printed, lock } = await resolve(manager, { express, fastify: "5.12.8" }, true);
      expect({ code, printed }).toMatchObject({ code: 0 });
      expect(printed).not.toMatch(ofOurs);
      expect(lock()).toMatch(/@equos-broker\/core/);
      expect(lock()).not.toContain(asked[manager].sdk);
    },
  );

  it("needs no Express or Fastify listed beside the package for it", async () => {
    const { code, printed, lock } = await resolve(manager, {}, true);
    expect({ code, printed }).toMatchObject({ code: 0 });
    expect(lock()).toMatch(/node_modules\/fastify"|\bfastify@5\./);
    expect(printed).not.toMatch(ofOurs);
  });

  it("refuses an Express that is too old, and names what was wanted", async () => {
    const { code, printed } = await resolve(manager, { express: "4.16.4" }, true);
    expect(code).not.toBe(0);
    expect(printed).toMatch(/4\.16\.4/);
    expect(printed).toContain("^4.17.0 || ^5.0.0");
    expect(printed).toContain("@equos-broker/express");
  });
});
