import { readFileSync } from "node:fs";
import { findNodeAtLocation, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { doubledNames, tooDeepAt } from "./json-file.js";
import type { EmulatorSeed } from "./seed.js";
import { problemText, seedProblems } from "./seed-problems.js";

/** A seed file that is none; the message names lines and fields. */
export class SeedFileError extends Error {
  override readonly name = "SeedFileError";
}

const shownProblems = 20;

function lineOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

/**
 * Reads a seed from a file in JSON.
 *
 * @throws SeedFileError naming `file:line:column` and the field of everything that is wrong
 */
export function readSeedFile(file: string): EmulatorSeed {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new SeedFileError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const deep = tooDeepAt(text);
  if (deep !== undefined) throw new SeedFileError(`${file}:${lineOf(text, deep)} is nested too deeply`);
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  const [first] = errors;
  if (tree === undefined || first !== undefined) {
    const what = first === undefined ? "the file is empty" : printParseErrorCode(first.error);
    throw new SeedFileError(`${file}:${lineOf(text, first?.offset ?? 0)} is no JSON: ${what}`);
  }
  const doubled = doubledNames(tree);
  if (doubled.length > 0) {
    const lines = doubled.map(({ name, offset }) => `${file}:${lineOf(text, offset)} "${name}" stands there twice`);
    throw new SeedFileError(lines.slice(0, shownProblems).join("\n"));
  }
  const value: unknown = JSON.parse(text);
  const problems = seedProblems(value);
  if (problems.length === 0) {
    // It has just been checked.
    return value as EmulatorSeed;
  }
  const lines = problems.slice(0, shownProblems).map((problem) => {
    const node =
      findNodeAtLocation(tree, [...problem.path]) ?? findNodeAtLocation(tree, problem.path.slice(0, -1)) ?? tree;
    return `${file}:${lineOf(text, node.offset)} ${problemText(problem)}`;
  });
  const more = problems.length > shownProblems ? [`… and ${problems.length - shownProblems} more`] : [];
  throw new SeedFileError([...lines, ...more].join("\n"));
}

/**
 * The seed of an option: an object, or the name of a file.
 *
 * @throws TypeError or SeedFileError
 */
export function checkedSeed(seed: EmulatorSeed | string): EmulatorSeed {
  if (typeof seed === "string") return readSeedFile(seed);
  const problems = seedProblems(seed);
  if (problems.length > 0) throw new TypeError(`seed: ${problems.map(problemText).join("; ")}`);
  return structuredClone(seed);
}
