// Bundles each page for the browser, as its author would: prints what came of it.
import { mkdirSync, writeFileSync } from "node:fs";

const [bundler, pages] = [process.argv[2], JSON.parse(process.argv[3])];
const outcomes = [];
for (const [index, page] of pages.entries()) {
  const folder = `${process.cwd()}/${bundler}-${index}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/main.js`, page);
  writeFileSync(`${folder}/index.html`, '<!doctype html><script type="module" src="/main.js"></script>');
  outcomes.push(
    await bundle(folder).then(
      (texts) => ({ folder, texts }),
      (error) => ({ folder, error: String(error.message ?? error) }),
    ),
  );
}
console.log(JSON.stringify(outcomes));

async function bundle(folder) {
  if (bundler === "esbuild") {
    const { build } = await import("esbuild");
    const outfile = `${folder}/dist/main.js`;
    const how = { bundle: true, write: false, format: "esm", platform: "browser", logLevel: "silent" };
    return (await build({ ...how, entryPoints: [`${folder}/main.js`], outfile })).outputFiles.map(({ text }) => text);
  }
  const { build } = await import("vite");
  const { output } = await build({ root: folder, logLevel: "silent", configFile: false, build: { write: false } });
  // Several chunks with `import()`.
  return output.filter(({ type }) => type === "chunk").map(({ code }) => code);
}
