import { EquosClient } from "@equos-broker/api";
import { isBrokerError, toGrant } from "@equos-broker/core";
import { startEmulator } from "@equos-broker/emulator";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";

let answer: object;
const emulator = await startEmulator();
beforeAll(async () => {
  const equos = EquosClient.create(emulator.apiKey, { endpoint: emulator.url });
  answer = await equos.conversations.startConversation({
    createEquosConversationRequest: {
      name: "test",
      characterId: emulator.characterId,
      consumer: { identity: "ada", name: "Ada" },
      promptCtx: "the caller's own secret",
      remoteAgent: { identity: "agent", name: "Agent" },
    },
  });
});
afterAll(async () => await emulator.close());

it("holds the documented keys and nothing else of a real answer", () => {
  const grant = toGrant(answer);
  expect(grant).toStrictEqual({
    conversation: {
      id: expect.any(String),
      status: "running",
      serverUrl: expect.any(String),
      maxSeconds: 600,
      startedAt: expect.any(String),
      character: { name: "Guide", livekitIdentity: expect.any(String) },
    },
    consumerAccessToken: expect.any(String),
  });
  const text = JSON.stringify(grant);
  for (const secret of [...emulator.secretTexts, "the caller's own secret"]) expect(text).not.toContain(secret);
});

/** The answer with arbitrary fields added to each of its objects; fields that it has stay as they are. */
const enriched = (value: unknown): fc.Arbitrary<unknown> => {
  if (Array.isArray(value)) return fc.tuple(...value.map(enriched));
  if (typeof value !== "object" || value === null) return fc.constant(value);
  const entries = Object.entries(value).map(([key, child]) => enriched(child).map((rich) => [key, rich] as const));
  const names = fc.oneof(
    fc.string(),
    fc.constantFrom("__proto__", "toJSON", "prompt", "instructions", "accessToken", "characterAccessToken", "then"),
  );
  return fc
    .tuple(fc.dictionary(names, fc.jsonValue()), fc.tuple(...entries))
    .map(([extra, own]) => ({ ...extra, ...Object.fromEntries(own) }));
};

it("never changes, whatever Equos adds, at any depth", () => {
  const expected = JSON.stringify(toGrant(answer));
  fc.assert(
    fc.property(
      fc.constant(null).chain(() => enriched(answer)),
      (rich) => {
        expect(JSON.stringify(toGrant(rich))).toBe(expected);
      },
    ),
    { numRuns: 300 },
  );
});

it("is the same from the official SDK's answer, whose dates are objects and whose nulls are missing", () => {
  const { conversation, ...rest } = answer as { conversation: { startedAt: string } };
  const official = { ...rest, conversation: { ...conversation, startedAt: new Date(conversation.startedAt) } };
  expect(toGrant(official)).toEqual(toGrant(answer));
});

it("refuses any other answer with a code, and quotes nothing of it", () => {
  fc.assert(
    fc.property(fc.anything({ withDate: true, withBigInt: true, withNullPrototype: true }), (anything) => {
      try {
        toGrant(anything);
      } catch (error) {
        expect(isBrokerError(error) && error.code).toMatch(/^upstream-/);
        return;
      }
      throw new Error("took an answer that is none");
    }),
    { numRuns: 1000 },
  );
});

it.each([
  ["a number", 0],
  ["an empty text", ""],
  ["a script", "javascript:alert(1)"],
  ["no URL", "livekit"],
  ["a file", "file:///etc/passwd"],
])("refuses a serverUrl that is %s", (_, serverUrl) => {
  const { conversation, ...rest } = answer as { conversation: object };
  expect(() => toGrant({ ...rest, conversation: { ...conversation, serverUrl } })).toThrow(/serverUrl/);
});
