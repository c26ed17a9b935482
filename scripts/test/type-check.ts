import { fileURLToPath } from "node:url";
import ts from "typescript";

const folder = fileURLToPath(new URL("./", import.meta.url)).replaceAll("\\", "/");

/** What the compiler has to say against modules that stand nowhere but in memory. */
export function problemsOf(sources: Readonly<Record<string, string>>): string[] {
  const virtual = new Map(Object.entries(sources).map(([name, source]) => [folder + name, source]));
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => virtual.get(name) ?? readFile(name);
  host.fileExists = (name) => virtual.has(name) || fileExists(name);
  host.getSourceFile = (name, target, ...rest) => {
    const source = virtual.get(name);
    return source === undefined ? getSourceFile(name, target, ...rest) : ts.createSourceFile(name, source, target);
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram([...virtual.keys()], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
