import { memoryStore } from "@equos-broker/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayName } from "../src/consumer.js";
import { ada, ben, openSetting } from "./setting.js";

const family = "👨‍👩‍👧‍👦";

describe("a display name", () => {
  it.each([
    ["Ada", "Ada"],
    [" Ada\tLovelace\r\n", "Ada Lovelace"],
    ["Ada\u2028Lovelace\u0000", "Ada Lovelace"],
    ["Ada \ue000 Lovelace\uffff", "Ada Lovelace"],
    ["Ada \ud83d", "Ada"],
    ["\u202eadA", "adA"],
    ["محمد", "محمد"],
    [family, family],
    ["x".repeat(129), "x".repeat(128)],
    ["👍".repeat(129), "👍".repeat(128)],
    [`${"x".repeat(126)}${family}`, "x".repeat(126)],
    [`${"x".repeat(127)}e\u0301`, "x".repeat(127)],
    [`${"x".repeat(127)} yz`, "x".repeat(127)],
    ...["", " \n", "\u200b", "undefined", "[object Object]", undefined, null, 7, {}, ["Ada"]].map((name) => [
      name,
      "Visitor",
    ]),
  ])("%o becomes %o", (name, expected) => {
    expect(displayName(name)).toBe(expected);
  });

  it("is always printable, 1 to 128 characters, and stays as it is the second time", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.anything()), (name) => {
        const clean = displayName(name);
        expect(clean).toMatch(/^[^\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]{1,128}$/u);
        expect(displayName(clean)).toBe(clean);
      }),
    );
  });

  it("that a profile spoils locks no user out", async () => {
    const { broker, emulator } = await openSetting();
    const names = ["Ada\n\ud83d", null, "x".repeat(500)];
    for (const [index, name] of names.entries()) {
      const consumer = { identity: `user-${index}`, name } as { identity: string; name: string };
      await broker.start({ consumer, character: "guide" });
    }
    const sent = emulator.requests().map(({ body }) => (body as { consumer?: { name: string } }).consumer?.name);
    expect(sent).toEqual(["Ada", "Visitor", "x".repeat(128)]);
  });
});

describe("every method checks the consumer", () => {
  // U+FFFD is what encoders make of half a surrogate pair.
  it.each([
    ["half a surrogate pair", { identity: "ada-\ud800" }],
    ["another half in the tenant", { identity: "ada-\ufffd", tenant: "\udc00" }],
    ["a number", { identity: 7 }],
    ["an accident", { identity: "undefined" }],
    ["a tenant of another type", { identity: "ada-\ufffd", tenant: 7 }],
    ["a list", { identity: ["ada-\ufffd"] }],
  ])("%s stops and keeps no conversation", async (_, consumer) => {
    const { broker, running } = await openSetting();
    await broker.start({ consumer: { ...ada, identity: "ada-\ufffd" }, character: "guide" });
    const wrong = { consumer, character: "guide" } as never;
    for (const call of [broker.start(wrong), broker.stop(wrong), broker.heartbeat(wrong)]) {
      await expect(call).rejects.toMatchObject({ code: "invalid-identity" });
    }
    expect(running()).toHaveLength(1);
  });

  it("a start without a consumer is refused, and says which fields there are", async () => {
    const { broker } = await openSetting();
    const start = (consumer: unknown) => broker.start({ consumer, character: "guide" } as never);
    await expect(start(undefined)).rejects.toMatchObject({
      message: "The consumer's identity is missing: the consumer has no fields",
    });
    await expect(start({ id: 1, name: "Ada" })).rejects.toMatchObject({
      message: `The consumer's identity is missing: the consumer has the fields "id", "name"`,
    });
  });

  it.each(["con_\ud800", "con\n", "cön", "x".repeat(9000)])("the id or token %o reaches no store", async (text) => {
    const fail = () => Promise.reject(new Error("called"));
    const { attach: _, ...store } = memoryStore();
    const { broker } = await openSetting({ store: { ...store, open: fail } });
    const calls = [
      broker.stop({ consumer: ben, id: text }),
      broker.stopByToken(text),
      broker.forceStop(text),
      broker.heartbeat({ token: text }),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "not-found" });
  });
});

it("a tenant of null, as for a user without an organization, is none", async () => {
  const { broker, events } = await openSetting();
  const consumer = { ...ada, tenant: null };
  const first = await broker.start({ consumer, character: "guide" });
  const second = await broker.start({ consumer: ada, character: "guide" });
  expect(second).toMatchObject({ resumed: true, grant: first.grant });
  await expect(broker.stop({ consumer })).resolves.toMatchObject({ conversation: { status: "ended" } });
  expect(events[0]).toMatchObject({ type: "conversation.started", consumer: { identity: "ada" } });
  expect(events[0]).not.toHaveProperty("consumer.tenant");
});
