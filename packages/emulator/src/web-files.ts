import { readFile } from "node:fs/promises";

// This file stands directly in src, and what it becomes directly in dist: the folder is beside both.
const folder = new URL("../web/", import.meta.url);

const types: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
};

/** A file of the emulator's page, with its content type; `undefined` when it has none of that name. */
export async function webFile(name: string): Promise<{ readonly type: string; readonly content: Buffer } | undefined> {
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  return type === undefined ? undefined : { type, content: await readFile(new URL(name, folder)) };
}
