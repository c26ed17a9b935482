import { type AuthorizeContext, ConversationBroker, toFetchHandler } from "@equos-broker/core";
import fc from "fast-check";
import { expect, it } from "vitest";

const handler = toFetchHandler(
  new ConversationBroker({
    authorize: ({ header }: AuthorizeContext) => ({ identity: header("x-user") ?? "ada", name: "Ada" }),
    equos: {
      conversations: {
        startConversation: () => Promise.reject(new Error("must not be asked")),
        stopConversation: () => Promise.reject(new Error("must not be asked")),
        getConversationById: () => Promise.reject(new Error("must not be asked")),
        listConversations: () => Promise.reject(new Error("must not be asked")),
      },
    },
    characters: { guide: "cha_1" },
  }),
);

const post = async (action: string, body: string | Uint8Array<ArrayBuffer>, type = "application/json") => {
  const init: RequestInit = { method: "POST", body, headers: { "content-type": type } };
  const answer = await handler(new Request(`http://shop.example/api/equos/${action}`, init));
  return { status: answer.status, code: JSON.parse(await answer.text()).code };
};

const isObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

it("any text but a JSON object gets a 400, on every route", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("start", "stop", "keepalive"),
      fc.oneof(fc.string(), fc.json()),
      async (action, text) => {
        fc.pre(!isObject(text) && text.trim() !== "");
        expect(await post(action, text)).toMatchObject({
          status: 400,
          code: expect.stringMatching(/^(malformed-json|invalid-body)$/),
        });
      },
    ),
    { numRuns: 500 },
  );
});

it("any bytes get a 4xx", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
      const { status } = await post("start", Uint8Array.from(bytes));
      // Blank text is an empty body, which is a fine start; everything else is refused.
      const blank = new TextDecoder().decode(bytes).trim() === "";
      expect(blank ? status >= 400 : status === 400).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it("any field that is not documented gets a 400 that may name it", async () => {
  const known = new Set(["character", "input", "fresh"]);
  await fc.assert(
    fc.asyncProperty(
      fc.string().filter((name) => !known.has(name)),
      fc.jsonValue(),
      async (name, value) => {
        const text = `{${JSON.stringify(name)}:${JSON.stringify(value)}}`;
        expect(await post("start", text)).toEqual({ status: 400, code: "invalid-body" });
      },
    ),
    { numRuns: 500 },
  );
});
