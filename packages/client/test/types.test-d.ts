import { createEquos, type End, type Grant, isProblem, type ProblemCode, type StopStatus } from "@equos-broker/client";
import type { Grant as CoreGrant, ErrorCode } from "@equos-broker/core";
import { expectTypeOf, test } from "vitest";

test("what the server gives is what the page gets", () => {
  expectTypeOf<Grant>().toEqualTypeOf<CoreGrant>();
  expectTypeOf<ProblemCode>().toEqualTypeOf<
    ErrorCode | "unreachable" | "timeout" | "headers-failed" | "unexpected-answer"
  >();
});

test("a page writes no type argument", () => {
  const equos = createEquos({ url: "/api/equos", onEnd: (end) => expectTypeOf(end).toEqualTypeOf<End>() });
  expectTypeOf(equos.start({ input: { any: "thing" } })).resolves.toHaveProperty("grant");
  expectTypeOf(equos.stop()).resolves.toEqualTypeOf<StopStatus>();
  const caught: unknown = undefined;
  if (isProblem(caught)) expectTypeOf(caught.code).toEqualTypeOf<ProblemCode>();
  // @ts-expect-error - it needs to know where the broker is
  createEquos({});
});
