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

module.exports = { hooks: { beforePacking } };
