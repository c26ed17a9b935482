import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messageIn, typed, type Utterance } from "../../../examples/express/web/talk/messages.js";
import {
  type Line,
  withInterruption,
  withNote,
  withTyped,
  withUtterance,
} from "../../../examples/express/web/talk/transcript.js";

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const said = (author: "agent" | "user", content: string, finished = true): Utterance => ({ author, content, finished });
const texts = (lines: readonly Line[]) => lines.map(({ author, content }) => `${author}: ${content}`);

describe("a message in the room", () => {
  it.each([
    [
      { type: "utterance", utterance: { author: "agent", content: "Hi", recordedAt: "2026-11-26", finished: false } },
      { type: "utterance", utterance: said("agent", "Hi", false) },
    ],
    // `finished` is newer than the protocol's description.
    [
      { type: "utterance", utterance: { author: "user", content: "Hi" } },
      { type: "utterance", utterance: said("user", "Hi") },
    ],
    [{ type: "interrupt" }, { type: "interrupt" }],
    [
      { type: "expire_soon", seconds_remaining: 30 },
      { type: "expire_soon", seconds: 30 },
    ],
    [
      { type: "error", code: "x" },
      { type: "error", code: "x" },
    ],
    [
      { type: "trigger", name: "open", params: { door: 1 } },
      { type: "trigger", name: "open", params: { door: 1 } },
    ],
    [{ type: "news" }, undefined],
    [{ type: "utterance", utterance: { author: "somebody", content: "Hi" } }, undefined],
    [{ type: "utterance", utterance: null }, undefined],
    ["{", undefined],
    ["null", undefined],
    ["", undefined],
  ])("%j", (sent, read) => {
    expect(messageIn(bytes(sent))).toEqual(read);
  });

  it("never throws, whatever it is", () => {
    fc.assert(fc.property(fc.uint8Array(), (payload) => void messageIn(payload)));
    fc.assert(fc.property(fc.json(), (json) => void messageIn(bytes(json))));
    const types = fc.constantFrom("utterance", "interrupt", "expire_soon", "error", "trigger");
    fc.assert(
      fc.property(types, fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (type, more, utterance) => {
        messageIn(bytes({ ...more, utterance, type }));
      }),
    );
  });

  it("typed by the visitor is what Equos expects", () => {
    expect(JSON.parse(new TextDecoder().decode(typed('"Hi"\n')))).toEqual({ type: "usr.txt", text: '"Hi"\n' });
  });
});

describe("the transcript", () => {
  it("replaces what was unfinished, and only that", () => {
    const half = withUtterance([], said("agent", "Good", false));
    const other = withUtterance(half, said("user", "Wait"));
    const whole = withUtterance(other, said("agent", "Good day"));
    expect(texts(whole)).toEqual(["agent: Good day", "user: Wait"]);
    expect(texts(withUtterance(whole, said("agent", "Well?")))).toHaveLength(3);
  });

  it("has what was typed once, although the character repeats it", () => {
    const lines = withUtterance(withTyped([], "Hello"), said("user", "Hello"));
    expect(texts(lines)).toEqual(["user: Hello"]);
    expect(texts(withUtterance(lines, said("user", "Hello")))).toHaveLength(2);
  });

  it("keeps what was said until the interruption", () => {
    const lines = withInterruption(withUtterance([], said("agent", "Well, as I", false)));
    expect(lines).toMatchObject([{ content: "Well, as I …", finished: true }]);
    expect(withInterruption(lines)).toBe(lines);
  });

  it("gives each line a key of its own, and loses none", () => {
    const step = fc.oneof(
      fc.string().map((text) => (lines: readonly Line[]) => withTyped(lines, text)),
      fc.string().map((text) => (lines: readonly Line[]) => withNote(lines, text)),
      fc
        .tuple(fc.constantFrom("agent" as const, "user" as const), fc.string(), fc.boolean())
        .map((utterance) => (lines: readonly Line[]) => withUtterance(lines, said(...utterance))),
      fc.constant(withInterruption),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let lines: readonly Line[] = [];
        for (const next of steps) {
          const after = next(lines);
          expect(after.length).toBeGreaterThanOrEqual(lines.length);
          expect(after.slice(0, lines.length).map(({ key }) => key)).toEqual(lines.map(({ key }) => key));
          lines = after;
        }
        expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length);
        // At most one is open for each who speaks.
        for (const author of ["agent", "user"]) {
          expect(lines.filter((line) => line.author === author && !line.finished).length).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
