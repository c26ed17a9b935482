import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { routeSchemas } from "../src/route-schemas.js";

// What `@fastify/swagger` shows of the routes, and the document of all of them.
const document = parse(readFileSync(new URL("../../../docs/openapi.yaml", import.meta.url), "utf8"));

type Json = Record<string, unknown>;

const resolved = (schema: unknown): Json => {
  const { $ref, anyOf } = Object(schema);
  if (typeof $ref === "string") {
    return resolved($ref.split("/").reduce((at, name) => (name === "#" ? at : Object(at)[name]), document));
  }
  // A field that may also be sent empty.
  return Array.isArray(anyOf) ? resolved(anyOf[0]) : Object(schema);
};

/** The names of all that may stand in it: `conversation.id`, `room_config.agents.agent_name`. */
function names(schema: unknown, parent = ""): string[] {
  const { properties, items } = resolved(schema);
  const inner = items === undefined ? [] : names(items, parent);
  const own = Object.entries(Object(properties)).flatMap(([name, child]) => [
    parent + name,
    ...names(child, `${parent}${name}.`),
  ]);
  return [...own, ...inner];
}

const snakeCase = (all: readonly string[]) => all.filter((name) => !/[A-Z]/.test(name));

it.each(Object.entries(routeSchemas))("%s shows what docs/openapi.yaml has", (action, { body, response }) => {
  const { requestBody, responses } = document.paths[`/${action}`].post;
  const documented = names(requestBody.content["application/json"].schema);
  expect(names(body).sort()).toEqual((action === "token" ? snakeCase(documented) : documented).sort());

  const answers = Object.entries(Object(response)).filter(([status]) => status !== "default");
  const successes = Object.keys(responses).filter((status) => status < "300");
  expect(answers.map(([status]) => status).sort()).toEqual(successes.sort());
  for (const [status, schema] of answers) {
    const content = responses[status].content?.["application/json"]?.schema;
    expect(names(schema).sort()).toEqual(names(content).sort());
  }
  expect(names(Object(response).default).sort()).toEqual(names(document.components.schemas.Problem).sort());
});
