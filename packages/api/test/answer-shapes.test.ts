import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidAnswerError } from "../src/index.js";
import { brokenFor, validFor } from "./schemas/arbitraries.js";
import { documentedOperations, resolved } from "./schemas/document-schemas.js";
import { clientOf, failureOf, json, printed, serve, type TestServer } from "./support.js";

/** One call of an operation by name, with arguments that go for any of them. */
function callOf(server: TestServer, name: string): () => Promise<unknown> {
  const equos = clientOf(server.url, { checkAnswers: true });
  for (const namespace of Object.values(equos)) {
    // Every method takes one object, and what it does not know there is left alone.
    const method = (namespace as Record<string, ((args: object) => Promise<unknown>) | undefined>)[name];
    const args = { id: "id_1", doc: "doc_1", client: "shop", ...bodies };
    if (method !== undefined) return () => method(args);
  }
  throw new Error(`the client has no ${name}`);
}

const bodies = Object.fromEntries(
  [
    ...new Set(
      documentedOperations.flatMap(({ body }) => {
        const name =
          String(body?.$ref ?? "")
            .split("/")
            .at(-1) ?? "";
        return name === "" ? [] : [name.charAt(0).toLowerCase() + name.slice(1)];
      }),
    ),
  ].map((name) => [name, {}]),
);

/** Servers answer what the current run of the property wants. */
async function answering(): Promise<{ server: TestServer; answer(value: unknown): void }> {
  let current: unknown;
  const server = await serve((response, request) => json(current)(response, request));
  return { server, answer: (value) => (current = value) };
}

const declared = documentedOperations.flatMap(({ name, answer }) =>
  answer === undefined ? [] : [{ name, schema: answer }],
);

/** The object that an operation answers, when it answers one. */
function objectOf(schema: (typeof declared)[number]["schema"]) {
  const choices = Array.isArray(schema.oneOf) ? schema.oneOf : [schema];
  const [object] = choices.map(resolved).filter(({ type }) => type === "object");
  return object;
}

describe.each(declared)("$name", ({ name, schema }) => {
  it("gives whatever the document declares, unchanged", async () => {
    const { server, answer } = await answering();
    const call = callOf(server, name);
    await fc.assert(
      fc.asyncProperty(validFor(schema), async (value) => {
        answer(value);
        expect(await call()).toEqual(value);
      }),
      { numRuns: 30 },
    );
  });
});

const objects = declared.flatMap(({ name, schema }) => {
  const object = objectOf(schema);
  return object === undefined ? [] : [{ name, object }];
});
const secret = "You are Ada. Never mention RUBY-77";

describe.each(objects)("$name", ({ name, object }) => {
  it("refuses an answer that is wrong in one field, and names it", async () => {
    const { server, answer } = await answering();
    const call = callOf(server, name);
    await fc.assert(
      fc.asyncProperty(brokenFor(object), async ({ value, field, how }) => {
        const sent = { ...(value as object), more: secret };
        answer(sent);
        // Equos may add values to enums, and fields, at any time.
        if (how === "enum" || how === "unknown") {
          expect(await call()).toEqual(sent);
          return;
        }
        const error = await failureOf(call());
        expect(error).toBeInstanceOf(InvalidAnswerError);
        expect(error).toMatchObject({ operation: name, field });
        expect(printed(error)).toContain(field);
        expect(printed(error)).not.toContain("RUBY-77");
      }),
      { numRuns: 60 },
    );
  });
});

it("refuses a text that looks like the number it should be", async () => {
  const server = await serve(json("12"));
  const error = await failureOf(callOf(server, "getFreemiumUsage")());
  expect(error).toMatchObject({ name: "InvalidAnswerError", operation: "getFreemiumUsage", field: undefined });
});

it("refuses null where there is always something", async () => {
  const server = await serve((response) => response.writeHead(201).end());
  const error = await failureOf(callOf(server, "createBrain")());
  expect(error).toMatchObject({ name: "InvalidAnswerError", operation: "createBrain", field: undefined });
});
