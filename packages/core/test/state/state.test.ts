import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { due, nextDueAt } from "../../src/state/due.js";
import { EMPTY_STATE, parseState, STATE_FORMAT } from "../../src/state/state.js";
import { inStatus, reachable, STATUSES, T0 } from "./build.js";

const running = inStatus.running();
const withState = (more: object) => JSON.stringify({ ...running.state, ...more });
const withRecord = (more: object) => withState({ records: [{ ...running.record(), ...more }] });
const damaged = { unreadable: "damaged" };

describe("parseState", () => {
  it("reads every state that the rules reach as it was written", () => {
    const check = ({ state }: typeof running) => {
      const parsed = parseState(JSON.stringify(state));
      expect(parsed).toEqual(state);
      expect(JSON.stringify(parsed)).toBe(JSON.stringify(state));
    };
    for (const status of STATUSES) check(inStatus[status]());
    fc.assert(fc.property(reachable, check), { numRuns: 300 });
    expect(parseState(JSON.stringify(EMPTY_STATE))).toEqual(EMPTY_STATE);
  });

  it("decides the same about a state that was written and read", () => {
    const check = ({ state }: typeof running) => {
      const parsed = parseState(JSON.stringify(state));
      if ("unreadable" in parsed) throw new Error(parsed.unreadable);
      const at = nextDueAt(state) ?? T0;
      expect(nextDueAt(parsed)).toBe(nextDueAt(state));
      expect(due(parsed, 1_000, at)).toEqual(due(state, 1_000, at));
    };
    fc.assert(fc.property(reachable, check), { numRuns: 200 });
  });

  it.each([
    ["of the next release", withState({ format: STATE_FORMAT + 1 })],
    ["of the next release, with fields that are not known", JSON.stringify({ format: 9, conversations: {} })],
  ])("newer format: %s", (_, text) => {
    expect(parseState(text)).toEqual({ unreadable: "newer-format" });
  });

  it("keeps fields that are not known", () => {
    expect(parseState(withRecord({ later: 1 }))).toMatchObject({ records: [{ later: 1 }] });
  });

  it.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["cut off", withState({}).slice(0, -1)],
    ["null", "null"],
    ["a list", "[]"],
    ["a number", "1"],
    ["without a format", withState({ format: undefined })],
    ["format 0", withState({ format: 0 })],
    ["a format that is a text", withState({ format: "2" })],
    ["a negative generation", withState({ generation: -1 })],
    ["records that are no list", withState({ records: {} })],
    ["a record that is null", withState({ records: [null] })],
    ["the time of a stop that is a text", withRecord({ stoppedAt: "1" })],
    ["usage that is null", withState({ usage: null })],
    ["a window that is null", withState({ usage: [null] })],
    ["a window without its end", withState({ usage: [{ key: "a", used: 1 }] })],
    ["an unknown status", withRecord({ status: "paused" })],
    ["no reservation", withRecord({ reservation: undefined })],
    ["a fingerprint that is a number", withRecord({ fingerprint: 1 })],
    ["a time that is a text", withRecord({ endsAt: "soon" })],
    ["a time that is null", withRecord({ busyUntil: null })],
    ["running without its id", withRecord({ conversation: undefined })],
    ["running without its end", withRecord({ endsAt: undefined })],
    ["recipients that are no list", withRecord({ recipients: {} })],
    ["a recipient that is null", withRecord({ recipients: [null] })],
    ["a charge without its amount", withRecord({ charges: [{ key: "a", expiresAt: 1 }] })],
    ["a replacement that is a text", withRecord({ replaces: ["r1"] })],
    ["a set that is a number", withRecord({ memberOf: [1] })],
    ["a scheduled stop without its time", withRecord({ scheduledStop: { reason: "page-closed" } })],
  ])("damaged: %s", (_, text) => {
    expect(parseState(text)).toEqual(damaged);
  });

  it("never throws", () => {
    const parse = (text: string) => {
      const parsed = parseState(text);
      expect("unreadable" in parsed || parsed.format === STATE_FORMAT).toBe(true);
    };
    const stateLike = fc.record({
      format: fc.constantFrom(1, 2, "1", null),
      generation: fc.oneof(fc.nat(), fc.jsonValue()),
      records: fc.oneof(fc.jsonValue(), fc.array(fc.oneof(fc.jsonValue(), fc.constant(running.record())))),
      usage: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue())),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          stateLike.map((value) => JSON.stringify(value)),
        ),
        parse,
      ),
      {
        numRuns: 1_000,
      },
    );
  });
});
