import { describe, expect, it } from "vitest";
import { finalLine } from "../src/report.js";
import { terms } from "../src/terms.js";
import { judge, judgeSoFar } from "../src/verdict.js";
import { act, bounds, conversation, ended, facts, quiet } from "./made.js";

const judged = (one: ReturnType<typeof conversation>, ends = [ended(one.id, "server", one.billedSeconds)]) =>
  judge(facts({ conversations: [one], acts: [act("start", 10.2)], ends }), terms, bounds, { keepAlive: true });

describe("the verdict", () => {
  it("finds nothing wrong with a conversation that was stopped in time", () => {
    expect(judged(conversation(10, 10 + quiet))).toMatchObject({ overruns: [], orphans: [], violations: [] });
  });

  it("calls one that was stopped too late an overrun", () => {
    const { overruns, orphans } = judged(conversation(10, 11 + quiet));
    expect([overruns.length, orphans.length]).toEqual([1, 0]);
  });

  it("calls one that nobody stopped an orphan", () => {
    const ranOut = judged(conversation(10, 10 + terms.maxSeconds, { ranOut: true }));
    expect([ranOut.overruns.length, ranOut.orphans.length]).toEqual([0, 1]);
    const running = judged(conversation(10, undefined, { billedSeconds: 3 }));
    expect(running.orphans).toHaveLength(1);
  });

  it("is the same along the way, but for what may yet be stopped in time", () => {
    const soFar = (one: ReturnType<typeof conversation>) =>
      judgeSoFar(facts({ conversations: [one], acts: [act("start", 10.2)] }), terms, bounds, { keepAlive: true });
    expect(soFar(conversation(10, undefined, { billedSeconds: 3 }))).toMatchObject({ overruns: [], orphans: [] });
    expect(soFar(conversation(10, undefined, { billedSeconds: 30 })).orphans).toHaveLength(1);
    expect(soFar(conversation(10, 40)).overruns).toHaveLength(1);
  });

  it("is told in one line", () => {
    const figures = { seed: "7", seconds: 60, kills: 20, pauses: 9, restarts: 3, starts: 400, faults: 50 };
    expect(finalLine(figures, judged(conversation(10, 30)))).toBe(
      "chaos: seed 7, 60 s: 20 kills, 9 pauses, 3 redis restarts, 400 starts, 50 faults, 0 lost ends, 1 overruns, 0 orphans, 0 violations",
    );
  });
});
