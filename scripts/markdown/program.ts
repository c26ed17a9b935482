import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { root } from "../workspace.js";
import type { Module } from "./modules.js";

/** Declarations by hand of packages that are not to be had here, or are too big for the little that the docs use. */
const byHand = join(import.meta.dirname, "declared");
const declared = (name: string) => join(byHand, `${name.replace(":", "/")}.d.ts`);

/** Where packages are looked for that the document's own folder does not have. */
const homes = [
  ...["express", "fastify", "redis", "client", "conformance", "recipes", "emulator"].map((name) => `packages/${name}`),
  "packages/next/hosts/next-16",
  "",
].map((folder) => join(root, folder));

/**
 * Compiles all modules by the settings of this repository, and says what is wrong with them: as one program, but for
 * documents that declare something for all, which are programs of their own.
 */
export function problemsIn(modules: readonly Module[]): string[] {
  const declaring = new Set(modules.filter(declaresForAll).map(({ group }) => group));
  const alone = [...declaring].map((group) => modules.filter((module) => module.group === group));
  const together = modules.filter(({ group }) => !declaring.has(group));
  const parsed = new Map<string, ts.SourceFile | undefined>();
  return [together, ...alone].flatMap((some) => compiled(some, parsed));
}

const declaresForAll = ({ lines }: Module) => lines.some(({ text }) => /^declare (global|module) /.test(text));

function compiled(modules: readonly Module[], parsed: Map<string, ts.SourceFile | undefined>): string[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const options = settings();
  const program = ts.createProgram([...byPath.keys()], options, host(byPath, options, parsed));
  const wrong = program.getGlobalDiagnostics().map((diagnostic) => messageOf(diagnostic));
  for (const [path, module] of byPath) {
    const file = program.getSourceFile(path);
    if (file === undefined) throw new Error(`The compiler has not taken ${path}`);
    for (const diagnostic of [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]) {
      if (!matters(diagnostic, file, module)) continue;
      const line = lineOf(diagnostic, file, module);
      wrong.push(`${line?.file}:${line?.number} ${messageOf(diagnostic)}`);
    }
  }
  return [...new Set(wrong)];
}

function settings(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(`${root}/tsconfig.base.json`, ts.sys.readFile);
  return {
    ...ts.parseJsonConfigFileContent(config, ts.sys, root).options,
    // Pages and servers stand in one document.
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    jsx: ts.JsxEmit.ReactJSX,
    allowJs: true,
    checkJs: true,
    // A block without an import is still nobody else's.
    moduleDetection: ts.ModuleDetectionKind.Force,
    noUnusedLocals: true,
  };
}

function host(
  modules: ReadonlyMap<string, Module>,
  options: ts.CompilerOptions,
  parsed: Map<string, ts.SourceFile | undefined>,
): ts.CompilerHost {
  const real = ts.createCompilerHost(options);
  const folders = new Set([...modules.keys()].flatMap(above));
  const textOf = (path: string) =>
    modules
      .get(path)
      ?.lines.map(({ text }) => text)
      .join("\n");
  const own: ts.CompilerHost = {
    ...real,
    getCurrentDirectory: () => root,
    fileExists: (path) => modules.has(path) || real.fileExists(path),
    directoryExists: (path) => folders.has(path) || (real.directoryExists?.(path) ?? false),
    readFile: (path) => textOf(path) ?? real.readFile(path),
    getSourceFile: (path, target, ...rest) => {
      const text = textOf(path);
      if (text !== undefined) return ts.createSourceFile(path, text, target);
      if (!parsed.has(path)) parsed.set(path, real.getSourceFile(path, target, ...rest));
      return parsed.get(path);
    },
  };
  const cache = ts.createModuleResolutionCache(root, (name) => name, options);
  const resolve = (name: string, from: string) => ts.resolveModuleName(name, from, options, own, cache);
  own.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text: name }) => {
      const folder = from.startsWith(byHand) ? "" : modules.get(from)?.folder;
      if (folder === undefined || name.startsWith(".")) return resolve(name, from);
      if (existsSync(declared(name))) return resolve(declared(name).replace(/\.d\.ts$/, ".js"), from);
      const [, ours] = /^@equos-broker\/([^/]+)/.exec(name) ?? [];
      const places = ours === undefined ? [folder, ...homes] : [`${root}/packages/${ours}`];
      const found = places.map((place) => resolve(name, join(place, "block.ts")));
      return found.find(({ resolvedModule }) => resolvedModule !== undefined) ?? resolve(name, from);
    });
  return own;
}

const above = (path: string): string[] => (path === root ? [] : [dirname(path), ...above(dirname(path))]);

/** What nobody uses is fine in an example, but for what it imports and what is given to it. Scripts write no types. */
function matters({ code, start }: ts.Diagnostic, file: ts.SourceFile, module: Module): boolean {
  const unused = [6133, 6192, 6196, 6198].includes(code);
  const untyped = [7005, 7006, 7019, 7031, 7034].includes(code);
  if (untyped && /\.[cm]?jsx?$/.test(file.fileName)) return false;
  if (!unused) return true;
  const statement = file.statements.find((one) => one.pos <= (start ?? 0) && (start ?? 0) < one.end);
  const line = module.lines[file.getLineAndCharacterOfPosition(start ?? 0).line];
  return line?.given === true || (statement !== undefined && ts.isImportDeclaration(statement));
}

function lineOf({ start }: ts.Diagnostic, file: ts.SourceFile, { lines }: Module) {
  return lines[Math.min(file.getLineAndCharacterOfPosition(start ?? 0).line, lines.length - 1)];
}

const messageOf = ({ code, messageText }: ts.Diagnostic) =>
  `TS${code} ${ts.flattenDiagnosticMessageText(messageText, "\n  ")}`;
