import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readDocument } from "../../api/scripts/document.js";
import { documentedOperations } from "../../api/test/schemas/document-schemas.js";
import { documentSource } from "../scripts/document-source.js";
import { emulatorFor } from "./support.js";

it("src/generated/document.ts is what `pnpm generate` makes of the OpenAPI document", () => {
  const committed = readFileSync(new URL("../src/generated/document.ts", import.meta.url), "utf8");
  expect(committed.replaceAll("\r\n", "\n")).toBe(documentSource(readDocument()));
});

describe("without a key, or with another one", () => {
  it.each(documentedOperations)("$name is refused, but for the health check", async ({ name, verb, path }) => {
    const emulator = await emulatorFor();
    const before = JSON.stringify(emulator.export());
    const target = emulator.url + path.replaceAll(/\{\w+\}/g, "some-id");
    for (const headers of [{}, { "x-api-key": "" }, { "x-api-key": `${emulator.apiKey}x` }]) {
      const response = await fetch(target, {
        method: verb,
        headers: { "content-type": "application/json", ...headers },
      });
      expect(response.status).toBe(name === "healthCheck" ? 200 : 401);
    }
    expect(JSON.stringify(emulator.export())).toBe(before);
  });
});
