import { describe, expect, it } from "vitest";
import type { Act, Conversation, Facts } from "../src/facts.js";
import { lastUse } from "../src/last-use.js";
import { act, at, bounds, conversation, facts } from "./made.js";

const one = conversation(10, 30);
const used = (acts: readonly Act[], more: Partial<Facts> = {}, of: Conversation = one) =>
  (lastUse(of, acts, facts({ conversations: [of], ...more }), bounds).at - at(0)) / 1000;

describe("the last legitimate use", () => {
  it("is the start of a conversation that nobody ever asked for again", () => {
    expect(used([])).toBe(10);
  });

  it("is the moment its grant arrived", () => {
    expect(used([act("start", 12)])).toBe(12);
  });

  it("is the last keep-alive that was answered, and none that was refused", () => {
    const acts = [
      act("start", 12),
      act("keepalive", 15),
      act("keepalive", 18, { outcome: "refused", code: "not-found" }),
    ];
    expect(used(acts)).toBe(15);
  });

  it("counts a keep-alive whose outcome nobody knows", () => {
    expect(used([act("keepalive", 15, { outcome: "unclear" })])).toBe(15);
    expect(used([act("keepalive", 16, { outcome: "refused", code: "store-unavailable" })])).toBe(16);
    expect(used([act("keepalive", 16, { outcome: "unsent" })])).toBe(10);
  });

  it("takes a keep-alive without an id for one of whatever its consumer has", () => {
    expect(used([act("keepalive", 15, { conversation: undefined })])).toBe(15);
    expect(used([act("keepalive", 9, { conversation: undefined })])).toBe(10);
  });

  it("is not what happens to the consumer's other conversations", () => {
    expect(used([act("keepalive", 20, { conversation: "con_2" })])).toBe(10);
  });

  it("lasts as long as a start is in flight that may yet be given it", () => {
    expect(used([act("start", 14, { sentAt: at(9), outcome: "unclear", conversation: undefined })])).toBe(14);
    // Also a later one, which would have resumed it.
    expect(used([act("start", 22, { outcome: "unclear", conversation: undefined })])).toBe(22);
  });

  it("does not last longer for starts that were refused, except for those that waited for it", () => {
    const refused = { outcome: "refused", code: "start-in-doubt", conversation: undefined } as const;
    expect(used([act("start", 22, refused)])).toBe(10);
    expect(used([act("start", 11.4, { ...refused, sentAt: at(10.5) })])).toBe(11.4);
  });

  it("lasts until a frozen server wakes that got the request", () => {
    const pauses = [[[at(14), at(19)] as const], [], []];
    expect(used([act("keepalive", 15, { outcome: "unclear" })], { pauses })).toBe(19);
    // Answered, it was done before.
    expect(used([act("keepalive", 15)], { pauses })).toBe(15);
    // Another server.
    expect(used([act("keepalive", 15, { outcome: "unclear", server: 1 })], { pauses })).toBe(15);
  });

  it("is over when a stop was answered", () => {
    const acts = [
      act("start", 12),
      act("stop", 13, { state: "stopping" }),
      act("keepalive", 14, { outcome: "unclear" }),
    ];
    expect(used(acts)).toBe(13);
    expect(used([act("keepalive", 14), act("stop", 12, { state: "running" })])).toBe(14);
    expect(used([act("keepalive", 14), act("stop", 12, { outcome: "unclear" })])).toBe(14);
  });

  it("is over when its consumer was given another one", () => {
    const next = conversation(15, 20, { id: "con_2" });
    const acts = [
      act("start", 12),
      act("keepalive", 18, { outcome: "unclear" }),
      act("start", 15.2, { conversation: "con_2" }),
    ];
    expect(used(acts, { conversations: [one, next] })).toBe(15);
  });
});
