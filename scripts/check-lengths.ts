import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import { root } from "./workspace.js";

const limits: readonly (readonly [pattern: string, lines: number, what: string])[] = [
  ["{packages,examples}/*/{src,public,demo}/**/*.{ts,js,css,html}", 250, "a source file"],
  ["scripts/**/*.ts", 250, "a script"],
  ["packages/{express,fastify,next}/src/*.ts", 80, "a file of an adapter"],
];

/** One idea per file: a longer one has two. */
export function checkLengths(): void {
  const tooLong = limits.flatMap(([pattern, limit, what]) =>
    globSync(pattern, { cwd: root, ignore: ["**/generated/**", "**/node_modules/**"] })
      .map((file) => ({ file, lines: readFileSync(`${root}/${file}`, "utf8").split("\n").length - 1 }))
      .filter(({ lines }) => lines > limit)
      .map(({ file, lines }) => `${file} has ${lines} lines; ${what} has at most ${limit}`),
  );
  if (tooLong.length > 0) throw new Error(tooLong.join("\n"));
}
