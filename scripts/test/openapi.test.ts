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

  it("has one spelling of each property, and no schema with a name that generators derive from an operation", () => {
    const operations = Object.values(document.paths).flatMap((item) => Object.values(Object(item)));
    const derived = operations.flatMap((operation) =>
      ["", "Request", "Response", "Params", "Result"].map((suffix) => flat(Object(operation).operationId + suffix)),
    );
    const { schemas } = document.components;
    expect(Object.keys(schemas).filter((name) => derived.includes(flat(name)))).toEqual([]);
    for (const schema of Object.values(schemas)) {
      const names = Object.keys(Object(Object(schema).properties)).map(flat);
      expect(names).toEqual([...new Set(names)]);
    }
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

/** As a generator may write a name: `agent_name` and `agentName` are one. */
const flat = (name: string): string => name.replaceAll(/[^a-z\d]/gi, "").toLowerCase();

const problemsOf = (sources: Readonly<Record<string, string>>): string[] => {
  const modules = Object.entries(sources).map(([name, text]) => [`${import.meta.dirname}/${name}`, text] as const);
  return virtualProgram(new Map(modules)).problems;
};

/** What somebody might write who has nothing but the document. */
const client = `
import type { operations } from "./types.js";

type Body<Name extends "startConversation" | "fetchToken" | "stopConversation"> = NonNullable<
  operations[Name]["requestBody"]
>["content"]["application/json"];
type Answers<Name extends keyof operations> = operations[Name]["responses"];
type Grant = Answers<"startConversation">[201]["content"]["application/json"];
type Refused = Answers<"startConversation">[429]["content"]["application/problem+json"];

export const start: Body<"startConversation"> = { character: "guide", fresh: true, input: { topic: "roses" } };
export const token: Body<"fetchToken"> = { room_config: { agents: [{ agent_name: "guide" }] } };
export const stop: Body<"stopConversation"> = { id: "1", delivery: 2, leaving: true };

export const urlOf = ({ conversation, consumerAccessToken }: Grant): [string, string, string] => [
  conversation.serverUrl,
  consumerAccessToken,
  conversation.character.livekitIdentity,
];
export const wait = ({ code, detail }: Refused): string => (code === "too-many-starts" ? detail : "");
export const delivery: Answers<"startConversation">[201]["headers"]["Equos-Delivery"] = 1;
export const stopped = (answer: Answers<"stopConversation">[200]["content"]["application/json"]) => answer.conversation.status;
export const nothing: Answers<"keepConversationAlive">[204]["content"] = undefined;
`;
