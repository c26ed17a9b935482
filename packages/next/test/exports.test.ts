import * as core from "@equos-broker/core";
import * as next from "@equos-broker/next";
import { expect, it } from "vitest";

it("exports all of core and these names, and a new one is a decision", () => {
  const own = Object.keys(next).filter((name) => !(name in core));
  expect(own.sort()).toEqual(["startAction", "stopAction", "toNextHandlers"]);
  expect(next).toMatchObject({ ...core });
});
