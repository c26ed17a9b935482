import * as core from "@equos-broker/core";
import * as fastify from "@equos-broker/fastify";
import { expect, it } from "vitest";

it("exports core's names and its own", () => {
  const own = Object.keys(fastify).filter((name) => !(name in core));
  expect(own).toEqual(["toFastify"]);
  expect(Object.keys(fastify)).toEqual(expect.arrayContaining(Object.keys(core)));
});
