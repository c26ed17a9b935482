import { expect, it } from "vitest";
import { checkEndEvents } from "../src/end-events.js";
import type { Facts } from "../src/facts.js";
import { act, at, bounds, conversation, ended, facts } from "./made.js";

/** The number of lost ends, and the violations, of a conversation of ten seconds. */
const checked = (more: Partial<Facts>) => {
  const conversations = [conversation(10, 20)];
  const { lost, violations } = checkEndEvents(facts({ conversations, acts: [act("start", 11)], ...more }), bounds);
  return [lost, ...violations.map(({ text }) => text.slice(text.indexOf(" and ") + 5))];
};
const missing = "no event told its end";

it("wants the events to add up to the bill, each counted once", () => {
  const end = ended("con_1", "owner", 10);
  expect(checked({})).toEqual([0, missing]);
  expect(checked({ ends: [end, end] })).toEqual([0]);
  expect(checked({ ends: [ended("con_1", "owner", 12)] })).toEqual([0, "events told 12 s"]);
  expect(checked({ ends: [end, { ...end, id: "another" }] })).toEqual([0, "events told 20 s"]);
});

it("excuses a missing event only if a loss took the record, and no reconcile found the conversation", () => {
  const reconciles = [{ sentAt: at(16), endedAt: at(21) }];
  const flush = (seconds: number) => [{ at: at(seconds), since: at(seconds), all: true }];
  const failover = (since: number) => [{ at: at(15), since: at(since), all: false }];
  expect(checked({ losses: flush(15), reconciles })).toEqual([1]);
  expect(checked({ losses: flush(15), reconciles: [{ sentAt: at(16), endedAt: at(19) }] })).toEqual([0, missing]);
  // Before a delivered start. Of an undelivered one, the reservation may have been lost.
  expect(checked({ losses: flush(9), reconciles })).toEqual([0, missing]);
  expect(checked({ losses: flush(9), reconciles, acts: [] })).toEqual([1]);
  // Ended, and not announced yet.
  expect(checked({ losses: flush(20.5) })).toEqual([1]);
  // A failover keeps the records that are older than its copy.
  expect(checked({ losses: failover(9), reconciles })).toEqual([1]);
  expect(checked({ losses: failover(12), reconciles })).toEqual([0, missing]);
});
