import { fileURLToPath } from "node:url";
import ts from "typescript";
import { virtualProgram } from "../../../scripts/virtual-program.js";

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
  // CallOptions names AbortSignal, which Node's types would bring.
  virtual.set(`${folder}abort-signal.d.ts`, "interface AbortSignal {}");
  const main = `${folder}operations.ts`;
  const more = { verbatimModuleSyntax: true, isolatedModules: true, skipLibCheck: true };
  const { program, problems } = virtualProgram(virtual, more);
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
