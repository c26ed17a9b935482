import { fileURLToPath } from "node:url";
import ts from "typescript";

const folder = fileURLToPath(new URL("../src/generated/", import.meta.url)).replaceAll("\\", "/");

export interface CheckedSource {
  /** What the compiler has to say against it. */
  readonly problems: string[];
  /** `namespace.method(argument, optional?)` of every method that `EquosApis` declares. */
  readonly methods: string[];
}

/** Type-checks generated files as if they stood in src/generated, without writing them. */
export function checked(files: Readonly<Record<"operations.ts" | "schema.ts" | "models.ts", string>>): CheckedSource {
  const virtual = new Map(Object.entries(files).map(([name, source]) => [folder + name, source]));
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    noEmit: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => virtual.get(name) ?? readFile(name);
  host.fileExists = (name) => virtual.has(name) || fileExists(name);
  host.getSourceFile = (name, target, ...rest) => {
    const source = virtual.get(name);
    return source === undefined ? getSourceFile(name, target, ...rest) : ts.createSourceFile(name, source, target);
  };
  // CallOptions names AbortSignal, which Node's types would bring.
  const signal = `${folder}abort-signal.d.ts`;
  virtual.set(signal, "interface AbortSignal {}");
  const main = `${folder}operations.ts`;
  const program = ts.createProgram([main, signal], options, host);
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(main) as ts.Node);
  const apis = module && checker.getExportsOfModule(module).find(({ name }) => name === "EquosApis");
  const methods = (apis ? checker.getDeclaredTypeOfSymbol(apis).getProperties() : []).flatMap((namespace) =>
    checker
      .getTypeOfSymbol(namespace)
      .getProperties()
      .map((method) => `${namespace.name}.${method.name}(${argumentsOf(checker, method)})`),
  );
  return { problems, methods };
}

function argumentsOf(checker: ts.TypeChecker, method: ts.Symbol): string {
  const [args] = checker.getTypeOfSymbol(method).getCallSignatures()[0]?.getParameters() ?? [];
  if (args === undefined) return "";
  return checker
    .getNonNullableType(checker.getTypeOfSymbol(args))
    .getProperties()
    .map(({ name, flags }) => (flags & ts.SymbolFlags.Optional ? `${name}?` : name))
    .join(", ");
}
