import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import { root } from "./workspace.js";

/** Starters are copied one by one, so each has its own copy of what they share; the original is the Express one. */
const copies: readonly (readonly [original: string, copy: string])[] = [
  ["express/web", "fastify/web"],
  ["express/web/talk", "next/talk"],
  ["express/web/style", "next/style"],
  ...["fastify", "next"].flatMap((starter) =>
    ["characters.ts", "demo/local-equos.ts"].map((file) => [`express/${file}`, `${starter}/${file}`] as const),
  ),
  ["express/local-only.ts", "next/lib/local-only.ts"],
  ...["settings.ts", "store.ts", "local-only.ts", "vite.config.ts", ".env.example"].map(
    (file) => [`express/${file}`, `fastify/${file}`] as const,
  ),
];

export function checkCopies(): void {
  const wrong = copies.flatMap(([original, copy]) => {
    const from = `${root}/examples/${original}`;
    const to = `${root}/examples/${copy}`;
    const files = globSync("**/*", { cwd: from, dot: true });
    // A file is a copy of itself alone.
    if (files.length === 0) return same(from, to) ? [] : [`examples/${copy} is not examples/${original}`];
    const others = globSync("**/*", { cwd: to, dot: true }).filter((file) => !files.includes(file));
    return [
      ...files
        .filter((file) => !same(`${from}/${file}`, `${to}/${file}`))
        .map((file) => `examples/${copy}/${file} is not examples/${original}/${file}`),
      ...others.map((file) => `examples/${copy}/${file} is not in examples/${original}`),
    ];
  });
  if (wrong.length > 0) throw new Error(`${wrong.join("\n")}\nCopy what you changed in examples/express.`);
}

function same(one: string, other: string): boolean {
  try {
    return readFileSync(one).equals(readFileSync(other));
  } catch {
    return false;
  }
}
