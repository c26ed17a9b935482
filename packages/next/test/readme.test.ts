import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { hostsFolder } from "./support/majors.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const shown = [...readme.matchAll(/^```ts\n\/\/ (\S+)\n(.+?)^```/gms)].map(([, file = "", code = ""]) => ({
  file,
  code,
}));

it("shows six files or more", () => {
  expect(shown.length).toBeGreaterThanOrEqual(6);
});

it.each(shown)("shows $file as it is built and run", ({ file, code }) => {
  expect(code).toBe(readFileSync(`${hostsFolder}app/${file}`, "utf8"));
});
