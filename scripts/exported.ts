import ts from "typescript";
import { root } from "./workspace.js";

/** An entry point, and what its package's list calls it. */
export interface Entry {
  readonly title: string;
  /** A `.ts` or a `.d.ts`. */
  readonly file: string;
}

export interface Exported {
  /** A readable list: each name, and what it is. */
  readonly text: string;
  /** Names that are there at run time. */
  readonly values: readonly string[];
}

/** What entry points export, types included. `conditions`: how packages of this repository find each other. */
export function exported(entries: readonly Entry[], conditions: readonly string[]): Exported[] {
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      customConditions: [...conditions],
      types: ["node"],
      typeRoots: [`${root}/node_modules/@types`],
      skipLibCheck: true,
    },
  );
  const checker = program.getTypeChecker();
  const lists = entries.map(({ file }) => namesOf(file, program, checker));
  const core = lists[entries.findIndex(({ title }) => title === "@equos-broker/core")] ?? new Map<string, string>();
  return entries.map(({ title }, index) => {
    const names = lists[index] ?? new Map<string, string>();
    const wholeCore = names !== core && core.size > 0 && [...core].every(([name, kind]) => names.get(name) === kind);
    const own = [...names].filter(([name]) => !wholeCore || !core.has(name));
    const lines = own.map(([name, kind]) => `  ${name}: ${kind}`);
    return {
      text: [title, ...(wholeCore ? ["  all of @equos-broker/core"] : []), ...lines, ""].join("\n"),
      values: [...names].filter(([, kind]) => !isType(kind)).map(([name]) => name),
    };
  });
}

const isType = (kind: string) => kind === "type" || kind === "interface";

function namesOf(file: string, program: ts.Program, checker: ts.TypeChecker): Map<string, string> {
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} is no module`);
  const names = checker.getExportsOfModule(module).map((symbol) => [symbol.name, kindOf(symbol, checker)] as const);
  return new Map(names.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function kindOf(exported: ts.Symbol, checker: ts.TypeChecker): string {
  let symbol = exported;
  let typeOnly = false;
  while (symbol.flags & ts.SymbolFlags.Alias) {
    typeOnly ||= symbol.declarations?.some(ts.isTypeOnlyImportOrExportDeclaration) ?? false;
    const next = checker.getImmediateAliasedSymbol(symbol);
    if (next === undefined) throw new Error(`${exported.name} leads nowhere`);
    symbol = next;
  }
  const { flags } = symbol;
  if (flags & ts.SymbolFlags.Interface && (typeOnly || !(flags & ts.SymbolFlags.Value))) return "interface";
  if (typeOnly || !(flags & ts.SymbolFlags.Value)) return "type";
  if (flags & ts.SymbolFlags.Class) return "class";
  if (flags & ts.SymbolFlags.Function) return "function";
  return flags & ts.SymbolFlags.Type ? "const and type" : "const";
}
