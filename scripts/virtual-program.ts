import ts from "typescript";

/** A strict program of modules that stand nowhere but in memory: by their absolute paths, their texts. */
export function virtualProgram(
  modules: ReadonlyMap<string, string>,
  more: ts.CompilerOptions = {},
): { readonly program: ts.Program; readonly problems: string[] } {
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
    ...more,
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => modules.get(name) ?? readFile(name);
  host.fileExists = (name) => modules.has(name) || fileExists(name);
  host.getSourceFile = (name, target, ...rest) => {
    const source = modules.get(name);
    return source === undefined ? getSourceFile(name, target, ...rest) : ts.createSourceFile(name, source, target);
  };
  const program = ts.createProgram([...modules.keys()], options, host);
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
  return { program, problems };
}
