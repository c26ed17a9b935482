import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import { root } from "./workspace.js";

const limits: readonly (readonly [pattern: string, lines: number, what: string])[] = [
  ["packages/*/{src,web}/**/*.{ts,js,css,html}", 250, "a source file"],
  ["examples/**/*.{ts,tsx,js,css,html}", 250, "a file of an example"],
  ["scripts/**/*.ts", 250, "a script"],
  ["packages/{express,fastify,next}/src/*.ts", 80, "a file of an adapter"],
];

/** Lines of code, without comments, of all that a starter's server is: to be read before it is copied. */
const serverLines = 150;
const NO_CODE = /^\s*(\/\/|\/\*\*|\*|$)/;
const servers: readonly (readonly [starter: string, files: readonly string[]])[] = [
  ["express", ["app.ts", "ledger.ts", "serve.ts", "server.ts", "settings.ts"]],
  ["fastify", ["app.ts", "ledger.ts", "serve.ts", "server.ts", "settings.ts"]],
  ["next", ["lib/*.ts", "app/**/route.ts", "proxy.ts", "instrumentation*.ts"]],
];

/** One idea per file: a longer one has two. */
export function checkLengths(): void {
  const tooLong = limits.flatMap(([pattern, limit, what]) =>
    globSync(pattern, { cwd: root, ignore: ["**/generated/**", "**/node_modules/**", "**/dist/**", "**/.next/**"] })
      .map((file) => ({ file, lines: readFileSync(`${root}/${file}`, "utf8").split("\n").length - 1 }))
      .filter(({ lines }) => lines > limit)
      .map(({ file, lines }) => `${file} has ${lines} lines; ${what} has at most ${limit}`),
  );
  const tooMuch = servers.flatMap(([starter, files]) => {
    const texts = globSync([...files], { cwd: `${root}/examples/${starter}` }).map((file) =>
      readFileSync(`${root}/examples/${starter}/${file}`, "utf8"),
    );
    const lines = texts.flatMap((text) => text.split("\n")).filter((line) => !NO_CODE.test(line)).length;
    return lines < serverLines
      ? []
      : [`the server of examples/${starter} has ${lines} lines of code; less than ${serverLines} it should have`];
  });
  if (tooLong.length + tooMuch.length > 0) throw new Error([...tooLong, ...tooMuch].join("\n"));
}
