import { expect, it } from "vitest";
import { published } from "../entries.js";
import { exported } from "../exported.js";

const packages = published("src");
const entries = packages.flatMap((one) => one.entries);
const found = exported(entries, ["@equos-broker/source"]);
const foundOf = (title: string) => found[entries.findIndex((entry) => entry.title === title)];

it.each(packages)("$name exports what its list says, types included: a new name is a decision", async (one) => {
  const text = one.entries.map(({ title }) => foundOf(title)?.text).join("\n");
  await expect(text).toMatchFileSnapshot(one.list);
});

it.each(packages)("$name has these names at run time", async ({ name, entries: [entry] }) => {
  const module: object = await import(entry?.file ?? "");
  expect(Object.keys(module).sort()).toEqual([...(foundOf(name)?.values ?? [])].sort());
});
