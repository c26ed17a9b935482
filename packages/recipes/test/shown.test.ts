import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

/** Which page shows which file in full. */
const shown = {
  "src/telemetry.ts": "../../docs/deploy.md",
  "src/to-lambda.ts": "../../docs/deploy.md",
  "src/to-koa.ts": "../../docs/writing-an-adapter.md",
  "src/to-listener.ts": "../../docs/writing-an-adapter.md",
};

it.each(Object.entries(shown))("%s stands in the docs as it was tested", (file, page) => {
  const blocks = [...read(page).matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);
  expect(blocks).toContain(read(file));
});
