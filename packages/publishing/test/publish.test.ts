import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publishedPackages } from "../../../scripts/workspace.js";
import { repository } from "../src/maintainer.js";
import { quickstarts } from "../src/quickstarts.js";
import { Stage } from "../src/stage.js";

const names = publishedPackages().map(({ manifest }) => manifest.name);
let opened: Stage | undefined;
const stage = (): Stage => {
  if (opened === undefined) throw new Error("there is no registry");
  return opened;
};
beforeAll(async () => {
  opened = await Stage.set();
});
afterAll(() => opened?.strike());

const latest = async (name: string) => {
  const packument = await stage().registry.packument(name);
  const version = packument?.["dist-tags"].latest ?? "";
  return { version, manifest: packument?.versions[version], versions: Object.keys(packument?.versions ?? {}) };
};

/** Ranges of ours, from whatever kind of dependency. */
const ourRanges = (manifest: Awaited<ReturnType<typeof latest>>["manifest"]) =>
  Object.entries({ ...manifest?.dependencies, ...manifest?.peerDependencies }).filter(([name]) =>
    name.startsWith("@equos-broker/"),
  );

async function everythingIs(version: string, ranges: string) {
  for (const name of names) {
    const found = await latest(name);
    expect([name, found.version]).toEqual([name, version]);
    for (const [dependency, range] of ourRanges(found.manifest))
      expect([dependency, range]).toEqual([dependency, ranges]);
  }
  for (const starter of ["express", "fastify", "next", "node-scripts"]) {
    const dependencies = Object.entries(stage().maintainer.manifest(`examples/${starter}`).dependencies ?? {});
    const ours = dependencies.filter(([name]) => name.startsWith("@equos-broker/"));
    expect(ours.length).toBeGreaterThan(0);
    for (const [name, range] of ours) expect([name, range]).toEqual([name, ranges]);
  }
}

describe("the first release", () => {
  it("waits for the repository's address", async () => {
    await stage().maintainer.version();
    await expect(stage().maintainer.release()).rejects.toThrow('set "repository" in the root\'s package.json');
    expect(await stage().registry.packument("@equos-broker/core")).toBeUndefined();
  });

  it("publishes all that is public, in one version, and nothing else", async () => {
    stage().maintainer.setRepository();
    await stage().maintainer.release();
    await everythingIs("0.1.0", "^0.1.0");
    for (const name of ["conformance", "chaos", "installed", "starters", "recipes", "publishing", "benchmarks"]) {
      expect(await stage().registry.packument(`@equos-broker/${name}`)).toBeUndefined();
    }
    expect(stage().maintainer.read("packages/core/CHANGELOG.md")).toMatch(
      /## 0\.1\.0\n\n### Minor Changes\n.*first release/is,
    );
  });

  it.each(names)("%s says where it comes from, and names no range that only the workspace knows", async (name) => {
    const { manifest } = await latest(name);
    const directory = `packages/${name.replace("@equos-broker/", "")}`;
    expect(manifest).toMatchObject({
      license: "MIT",
      homepage: `${repository}/tree/main/${directory}#readme`,
      repository: { type: "git", url: `git+${repository}.git`, directory },
    });
    expect(JSON.stringify(manifest?.bugs)).toContain(`${repository}/issues`);
    expect(JSON.stringify([manifest?.dependencies, manifest?.peerDependencies])).not.toMatch(/workspace:|catalog:/);
    expect((await stage().registry.packument(name))?.readme).toBe(stage().maintainer.read(`${directory}/README.md`));
  });

  quickstarts(stage);
});

describe("later releases", () => {
  it("a patch of one package is a patch of all, with its text", async () => {
    stage().maintainer.changeset("@equos-broker/redis", "patch", "A patch that teams read of.");
    await stage().maintainer.version();
    await stage().maintainer.release();
    await everythingIs("0.1.1", "^0.1.1");
    expect((await latest("@equos-broker/redis")).versions).toEqual(["0.1.0", "0.1.1"]);
    expect(stage().maintainer.read("packages/redis/CHANGELOG.md")).toMatch(
      /## 0\.1\.1\n\n### Patch Changes\n\n- .*A patch that teams read of\./,
    );
    expect(stage().maintainer.read("packages/express/CHANGELOG.md")).toMatch(
      /## 0\.1\.1\n\n### Patch Changes\n\n- .*@equos-broker\/core@0\.1\.1/s,
    );
  });

  it("a minor one is a minor one of all, and nobody's major", async () => {
    stage().maintainer.changeset("@equos-broker/core", "minor", "Something new in core.");
    await stage().maintainer.version();
    await stage().maintainer.release();
    await everythingIs("0.2.0", "^0.2.0");
    for (const name of names) {
      expect((await latest(name)).versions).toEqual(["0.1.0", "0.1.1", "0.2.0"]);
      expect(stage().maintainer.read(`${name.replace("@equos-broker", "packages")}/CHANGELOG.md`)).not.toContain(
        "Major Changes",
      );
    }
    expect(stage().maintainer.read("packages/core/CHANGELOG.md")).toMatch(
      /## 0\.2\.0\n\n### Minor Changes\n\n- .*Something new in core\./,
    );
  });

  it("released once more, publishes nothing", async () => {
    expect(await stage().maintainer.release()).toMatch(/No unpublished (packages|projects) to publish/i);
  });
});
