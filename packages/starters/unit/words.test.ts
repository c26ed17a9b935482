import { Problem, type ProblemCode } from "@equos-broker/client";
import { describe, expect, it } from "vitest";
import { clock, inWords, microphoneTrouble, troubleOf } from "../../../examples/express/web/talk/words.js";

describe("when to try again", () => {
  const noon = new Date(2026, 10, 26, 12).getTime();

  it.each([
    [0, "in 1 second"],
    [1, "in 1 second"],
    [17.2, "in 18 seconds"],
    [89, "in 89 seconds"],
    [90, "in 2 minutes"],
    [3_500, "in 59 minutes"],
  ])("%d seconds: %s", (seconds, words) => {
    expect(inWords(seconds, noon)).toBe(words);
  });

  it("further away it is a time, and tomorrow a day", () => {
    expect(inWords(7_200, noon)).toMatch(/^at 0?2:00|^at 14:00/);
    expect(inWords(86_400, noon)).toMatch(/^on Friday at /);
  });
});

describe("a call that came to nothing", () => {
  const problem = (code: ProblemCode, message: string, retryAfter?: number) =>
    new Problem(code, message, 400, retryAfter);

  it.each([
    [problem("unreachable", "x"), "The server cannot be reached", "again"],
    [problem("timeout", "x"), "The server cannot be reached", "again"],
    [problem("unauthorized", "x"), "This page does not know you any more", "reload"],
    [problem("too-many-starts", "Enough. Try again later.", 60), "Not right now", "again"],
    [problem("internal-error", "Something went wrong on the server."), "That did not work", "again"],
    [new Error("pc"), "The room could not be reached", "again"],
  ] as const)("%s", (error, title, way) => {
    expect(troubleOf(error)).toMatchObject({ title, way });
  });

  it("says in the server's words what it is, and once when to try again", () => {
    expect(troubleOf(problem("too-many-starts", "Enough. Try again later.", 60)).advice).toBe(
      "Enough. You can start again in 60 seconds.",
    );
    expect(troubleOf(problem("invalid-input", "The field is wrong.")).advice).toBe("The field is wrong.");
  });
});

it.each([
  ["NotAllowedError", "blocked"],
  ["SecurityError", "blocked"],
  ["NotFoundError", "missing"],
  ["OverconstrainedError", "missing"],
  ["NotReadableError", "failed"],
  ["AbortError", "failed"],
])("a microphone that gives %s is %s", (name, state) => {
  expect(microphoneTrouble(new DOMException("none", name))).toBe(state);
});

it("counts in minutes and seconds", () => {
  expect([0, 5, 65, 599.9, 3_600].map(clock)).toEqual(["0:00", "0:05", "1:05", "9:59", "60:00"]);
});
