import { describe, expect, it } from "vitest";
import { limitAttempts } from "../src/http/attempts.js";

const consumer = (identity: string) => ({ consumer: { identity, name: "Ada" } });

function counting() {
  let now = 1_000_000;
  const check = limitAttempts({ now: () => now, setTimeout: () => undefined, clearTimeout: () => undefined });
  /** How many of so many attempts are let through. */
  const passed = (identity: string, count: number): number => {
    let through = 0;
    for (let attempt = 0; attempt < count; attempt += 1) {
      try {
        check("start", consumer(identity));
        through += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: "too-many-attempts" });
      }
    }
    return through;
  };
  return { check, passed, wait: (milliseconds: number) => (now += milliseconds) };
}

describe("attempts of one consumer", () => {
  it("are sixty in ten seconds, and as many again in the next ten", () => {
    const { passed, wait } = counting();
    expect(passed("ada", 70)).toBe(60);
    wait(9_999);
    expect(passed("ada", 1)).toBe(0);
    wait(1);
    expect(passed("ada", 70)).toBe(60);
  });

  it("are counted apart from those of others, whose windows begin and end meanwhile", () => {
    const { passed, wait } = counting();
    for (let second = 0; second < 30; second += 1) {
      expect(passed(`early ${second}`, 70)).toBe(60);
      wait(1_000);
      if (second >= 9) expect(passed(`early ${second - 9}`, 1)).toBe(1);
      if (second >= 5) expect(passed(`early ${second - 5}`, 1)).toBe(0);
    }
  });

  it("are forgotten where more consumers ask than can be counted: those of the earliest", () => {
    const { passed, wait } = counting();
    expect(passed("first", 60)).toBe(60);
    wait(1);
    for (let one = 0; one < 9_999; one += 1) passed(`one of many ${one}`, 1);
    expect(passed("first", 1)).toBe(0);
    expect(passed("last", 60)).toBe(60);
    expect(passed("first", 1)).toBe(1);
    expect(passed("last", 1)).toBe(0);
  });

  it("are not forgotten for tokens that anybody may make up", () => {
    const { check, passed } = counting();
    expect(passed("ada", 60)).toBe(60);
    for (let one = 0; one < 20_000; one += 1) check("stop", { token: `made up ${one}` });
    expect(passed("ada", 1)).toBe(0);
  });
});
