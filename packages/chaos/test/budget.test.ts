import { expect, it } from "vitest";
import { withinBudgets } from "../src/budget.js";
import { terms } from "../src/terms.js";
import { act, at, conversation, facts } from "./made.js";

const quotas = {
  ...terms,
  perConsumer: { active: 1, starts: { max: 2, perSeconds: 100 }, seconds: { max: 80, perSeconds: 100 } },
  overall: { active: 9, seconds: { max: 1_000, perSeconds: 100 } },
} as const;

/** Conversations of Ada's at these seconds, each of which ran for two, and the starts that made them. */
function run(starts: readonly number[], more: Partial<ReturnType<typeof conversation>> = {}) {
  return {
    conversations: starts.map((from, index) => conversation(from, from + 2, { id: `con_${index}`, ...more })),
    acts: starts.map((from, index) =>
      act("start", from + 0.1, { conversation: `con_${index}`, sentAt: at(from - 0.1) }),
    ),
  };
}
const kinds = (starts: Parameters<typeof facts>[0]) => withinBudgets(facts(starts), quotas).map(({ kind }) => kind);

it("counts what has ended by what it used, and what runs by all that it may use", () => {
  // 36 s and 2 times 2 s.
  expect(kinds(run([1, 11]))).toEqual([]);
  expect(kinds(run([1, 11], { endedAt: at(90) }))).toEqual([]);
  expect(kinds(run([1, 11], { endedAt: at(90), maxSeconds: 50 }))).toEqual(["over-budget"]);
});

it("counts starts", () => {
  expect(kinds(run([1, 11, 21]))).toEqual(["too-many-starts"]);
  // The third is of the next window.
  expect(kinds(run([1, 11, 101]))).toEqual([]);
});

it("leaves out what may have been charged to the window before", () => {
  const late = run([1, 11, 101]);
  const waking = { ...late, acts: late.acts.map((one, index) => (index === 0 ? { ...one, sentAt: at(-1) } : one)) };
  expect(kinds({ ...run([1, 11, 21]), acts: waking.acts })).toEqual([]);
});

it("leaves out windows in which the store lost its counters", () => {
  expect(kinds({ ...run([1, 11, 21]), losses: [{ at: at(5), since: at(5), all: true }] })).toEqual([]);
});
