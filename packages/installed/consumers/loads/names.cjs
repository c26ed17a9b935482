// The same names, whichever way it is loaded.
const name = process.argv[2];
const names = (module) =>
  Object.keys(module)
    .filter((key) => key !== "default")
    .sort()
    .join();
import(name).then((esm) => {
  const cjs = require(name);
  if (names(esm) !== names(cjs) || names(esm) === "") throw new Error(`${name}: ESM and CommonJS differ`);
});
