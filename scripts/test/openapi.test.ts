import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import openapiTS, { astToString } from "openapi-typescript";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { generatedDocs } from "../generated-docs.js";
import { virtualProgram } from "../virtual-program.js";

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const document = parse(read("docs/openapi.yaml"));

it.each(Object.entries(generatedDocs()))("%s is what `pnpm docs:generate` makes", (file, text) => {
  expect(read(file)).toBe(text);
});

describe("docs/openapi.yaml", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    expect(await validator.validate(document)).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
  });

  it("has each component that it refers to, and no other", () => {
    const { components } = document;
    const present = ["schemas", "responses", "headers", "examples"].flatMap((kind) =>
      Object.keys(components[kind]).map((name) => `#/components/${kind}/${name}`),
    );
    const used = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, pointer]) => pointer);
    expect(present.sort()).toEqual([...new Set(used)].sort());
  });

  it("gives types that a client can be written with", async () => {
    const types = astToString(await openapiTS(document));
    expect(problemsOf({ "types.ts": types, "client.ts": client })).toEqual([]);
  });

  it("gives types that refuse a wrong one", async () => {
    const types = astToString(await openapiTS(document));
    const wrong = client
      .replace('character: "guide"', 'characterId: "guide"')
      .replace("conversation.serverUrl", "conversation.price")
      .replace('"too-many-starts"', '"too-many-starters"');
    expect(problemsOf({ "types.ts": types, "client.ts": wrong })).toEqual([
      expect.stringContaining("characterId"),
      expect.stringContaining("price"),
      expect.stringContaining("too-many-starters"),
    ]);
  });
});

const problemsOf = (sources: Readonly<Record<string, string>>): string[] => {
  const modules = Object.entries(sources).map(([name, text]) => [`${import.meta.dirname}/${name}`, text] as const);
  return virtualProgram(new Map(modules)).problems;
};

/** What somebody might write who has nothing but the document. */
const client = `
import type { operations } from "./types.js";

type Body<Name extends "start" | "token" | "stop"> = NonNullable<
  operations[Name]["requestBody"]
>["content"]["application/json"];
type Answers<Name extends keyof operations> = operations[Name]["responses"];
type Grant = Answers<"start">[201]["content"]["application/json"];
type Refused = Answers<"start">[429]["content"]["application/problem+json"];

export const start: Body<"start"> = { character: "guide", fresh: true, input: { topic: "roses" } };
export const token: Body<"token"> = { room_config: { agents: [{ agent_name: "guide" }] } };
export const stop: Body<"stop"> = { id: "1", delivery: 2, leaving: true };

export const urlOf = ({ conversation, consumerAccessToken }: Grant): [string, string, string] => [
  conversation.serverUrl,
  consumerAccessToken,
  conversation.character.livekitIdentity,
];
export const wait = ({ code, detail }: Refused): string => (code === "too-many-starts" ? detail : "");
export const delivery: Answers<"start">[201]["headers"]["Equos-Delivery"] = 1;
export const stopped = (answer: Answers<"stop">[200]["content"]["application/json"]) => answer.conversation.status;
export const nothing: Answers<"keepalive">[204]["content"] = undefined;
`;
