// What npm shows of each package, by which its READMEs' relative links resolve, and what its provenance is compared with. The
// repository's address stands once: as `repository` of the root's package.json, `https://github.com/<owner>/<name>`.
const { relative, sep } = require("node:path");
const { repository } = require("./package.json");

function beforePacking(manifest, folder) {
  if (repository === undefined) return manifest;
  const directory = relative(__dirname, folder).replaceAll(sep, "/");
  return {
    ...manifest,
    homepage: `${repository}/tree/main/${directory}#readme`,
    bugs: `${repository}/issues`,
    repository: { type: "git", url: `git+${repository}.git`, directory },
  };
}

// Dependencies of LiveKit and Fastify that ask for Node 22, and that the tests run on Node 20: without this, pnpm warns of each
// at every command there.
const runOnNode20 = ["content-disposition", "cookie", "machina", "strip-json-comments"];

function readPackage(manifest) {
  if (runOnNode20.includes(manifest.name)) delete manifest.engines;
  return manifest;
}

module.exports = { hooks: { beforePacking, readPackage } };
