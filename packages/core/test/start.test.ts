import { isBrokerError, type Started } from "@equos-broker/core";
import { fault } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ada, ben, eventually, openSetting, outcome } from "./setting.js";

describe("what is sent to Equos", () => {
  it("carries the cap, the consumer, ids as the name and a day bucket as the client", async () => {
    const { broker, emulator } = await openSetting();
    await broker.start({ consumer: ada, character: "guide" });
    const [request] = emulator.requests();
    const day = new Date(Date.parse(request?.at ?? "")).toISOString().slice(0, 10).replaceAll("-", "");
    expect(request?.body).toEqual({
      name: expect.stringMatching(/^eqb:test:[\da-z]+-[\da-z]{8}:[\w-]{16}\.[\w-]{16}$/),
      characterId: "cha_emulator_guide",
      client: `test/${day}`,
      consumer: ada,
      maxSeconds: 600,
    });
  });

  it("carries what the conversation option gives, for this consumer, character and input", async () => {
    const seen: unknown[] = [];
    const { broker, emulator } = await openSetting({
      input: z.object({ topic: z.string().trim() }),
      conversation: (start) => {
        seen.push(start);
        return { name: "Lesson", promptCtx: "Speak slowly", promptTemplateVars: { topic: "verbs" } };
      },
      limits: ({ consumer }) => ({ maxSeconds: consumer.identity === "ada" ? 120 : 60 }),
      client: ({ consumer }) => `school/${consumer.name}`,
    });
    await broker.start({ consumer: ada, character: "coach", input: { topic: "  verbs " } });
    expect(seen).toEqual([{ consumer: ada, character: "coach", input: { topic: "verbs" } }]);
    expect(emulator.requests()[0]?.body).toMatchObject({
      name: expect.stringMatching(/^Lesson eqb:/),
      client: "school/Ada",
      maxSeconds: 120,
      promptCtx: "Speak slowly",
      promptTemplateVars: { topic: "verbs" },
    });
  });

  it("never carries fields of the consumer beyond identity and name", async () => {
    const { broker, emulator } = await openSetting();
    const consumer = { ...ada, tenant: "acme", email: "ada@example.org" };
    await broker.start({ consumer, character: "guide" });
    expect(emulator.requests()[0]?.body).toMatchObject({ consumer: { identity: "ada", name: "Ada" } });
    expect(JSON.stringify(emulator.requests())).not.toMatch(/acme|example\.org/);
  });
});

describe("refusals before Equos is asked", () => {
  const code = (error: unknown) => (isBrokerError(error) ? error.code : error);

  it.each([
    ["an unknown character", { consumer: ada, character: "stranger" }, {}, "unknown-character"],
    ["no character where there are several", { consumer: ada }, {}, "unknown-character"],
    [
      "input that the schema refuses",
      { consumer: ada, character: "guide", input: 7 },
      { input: z.string() },
      "invalid-input",
    ],
    [
      "a refused conversation",
      { consumer: ada, character: "guide" },
      { conversation: () => null },
      "conversation-refused",
    ],
    [
      "a conversation option that throws",
      { consumer: ada, character: "guide" },
      { conversation: () => Promise.reject(new Error("no")) },
      "conversation-failed",
    ],
    [
      "a conversation option that never returns",
      { consumer: ada, character: "guide" },
      { conversation: () => new Promise<never>(() => undefined) },
      "conversation-timeout",
    ],
    [
      "limits that are wrong",
      { consumer: ada, character: "guide" },
      { limits: () => ({ maxSeconds: 5 }) },
      "invalid-option",
    ],
    ["an identity that is none", { consumer: { identity: "", name: "A" }, character: "guide" }, {}, "invalid-identity"],
    [
      "a misspelt field from conversation",
      { consumer: ada, character: "guide" },
      { conversation: () => ({ promptContext: "x" }) as object },
      "conversation-failed",
    ],
    [
      "a field of another type from conversation",
      { consumer: ada, character: "guide" },
      { conversation: () => ({ promptCtx: 7 }) as never },
      "conversation-failed",
    ],
    [
      "nothing from conversation",
      { consumer: ada, character: "guide" },
      { conversation: () => undefined as never },
      "conversation-failed",
    ],
    ["no text from client", { consumer: ada, character: "guide" }, { client: () => "" }, "conversation-failed"],
  ])("%s", async (_, start, options, expected) => {
    const { broker, emulator, clock } = await openSetting(options);
    expect(code(await outcome(clock, broker.start(start)))).toBe(expected);
    expect(emulator.requests()).toEqual([]);
    // Nothing is held against the consumer.
    expect(code(await outcome(clock, broker.start(start)))).toBe(expected);
  });

  it("name the field that conversation misspelt, and what to do about a number for an identity", async () => {
    const { broker } = await openSetting({ conversation: () => ({ promptContext: "a secret" }) as object });
    const misspelt = await broker.start({ consumer: ada, character: "guide" }).catch((e) => e);
    expect(misspelt.message).toBe("The option conversation returned an unknown field promptContext");
    const numbered = await broker.start({ consumer: { identity: 42 as never, name: "A" } }).catch((e) => e);
    expect(numbered.message).toBe("The consumer's identity is a number: use String(…)");
  });

  it("says where the input is wrong, and quotes none of it", async () => {
    const { broker } = await openSetting({ input: z.object({ topic: z.enum(["verbs"]) }) });
    const error = await broker
      .start({ consumer: ada, character: "guide", input: { topic: "secrets" } })
      .catch((e) => e);
    expect(error.publicMessage).toBe("The field `input` is wrong at: topic.");
  });
});

describe("one consumer's starts", () => {
  it("get one conversation, however many come at once", async () => {
    const { broker, emulator } = await openSetting();
    const started = await Promise.all(
      Array.from({ length: 5 }, () => broker.start({ consumer: ada, character: "guide" })),
    );
    expect(new Set(started.map(({ grant }) => grant.conversation.id)).size).toBe(1);
    expect(new Set(started.map(({ generation }) => generation)).size).toBe(5);
    expect(started.filter(({ resumed }) => !resumed)).toHaveLength(1);
    expect(emulator.requests()).toHaveLength(1);
  });

  it("are refused beyond a few that wait", async () => {
    const { broker, emulator, clock } = await openSetting();
    emulator.faults.queue("startConversation", fault.silence());
    const starts = Array.from({ length: 9 }, () =>
      broker.start({ consumer: ada, character: "guide" }).catch((e) => e.code),
    );
    const codes = await outcome(clock, Promise.all(starts));
    const expected = ["outcome-unknown", ...Array(4).fill("start-in-doubt"), ...Array(4).fill("start-in-flight")];
    expect((codes as string[]).sort()).toEqual(expected);
    expect(emulator.requests().filter(({ operation }) => operation === "startConversation")).toHaveLength(1);
  });

  it("of another character replace the running one, stopped first", async () => {
    const { broker, emulator, running } = await openSetting();
    await broker.start({ consumer: ada, character: "guide" });
    const second = await broker.start({ consumer: ada, character: "coach" });
    expect(running()).toEqual([second.grant.conversation.id]);
    expect(emulator.requests().map(({ operation }) => operation)).toEqual([
      "startConversation",
      "stopConversation",
      "startConversation",
    ]);
  });

  it("of another character are refused when the former one cannot be stopped", async () => {
    const { broker, clock, emulator, running } = await openSetting();
    const first = await broker.start({ consumer: ada, character: "guide" });
    emulator.faults.queue("stopConversation", fault.status(500));
    const error = await broker.start({ consumer: ada, character: "coach" }).catch((e) => e);
    expect(error).toMatchObject({ code: "start-in-doubt", retryAfterSeconds: 2 });
    expect(running()).toEqual([first.grant.conversation.id]);
    // The next one waits for the sweep's second attempt.
    expect(await outcome(clock, broker.start({ consumer: ada, character: "coach" }))).toMatchObject({ resumed: false });
    expect(running()).toHaveLength(1);
  });

  it.each([
    ["same", "reject", "guide"],
    ["other", "reject", "coach"],
  ] as const)("are refused when %s is %s", async (which, choice, character) => {
    const { broker, running } = await openSetting({ whenActive: { [which]: choice } });
    const first = await broker.start({ consumer: ada, character: "guide" });
    await expect(broker.start({ consumer: ada, character })).rejects.toMatchObject({
      code: "already-active",
      status: 409,
    });
    expect(running()).toEqual([first.grant.conversation.id]);
  });

  it("of another tenant's consumer with the same identity are another's", async () => {
    const { broker, running } = await openSetting();
    const ofTenant = (tenant: string) => ({ ...ada, tenant });
    await broker.start({ consumer: ofTenant("a"), character: "guide" });
    await broker.start({ consumer: ofTenant("b"), character: "guide" });
    await broker.start({ consumer: ada, character: "guide" });
    expect(running()).toHaveLength(3);
  });

  it("after maxSeconds begin anew", async () => {
    const { broker, events, running, pass } = await openSetting({ limits: { maxSeconds: 60 } });
    const first = await broker.start({ consumer: ada, character: "guide" });
    await pass(60);
    const second = await broker.start({ consumer: ada, character: "guide" });
    expect(second.resumed).toBe(false);
    expect(running()).toEqual([second.grant.conversation.id]);
    await pass(5);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "conversation.ended",
        conversation: first.grant.conversation.id,
        reason: "max-duration",
      }),
    );
  });
});

describe("late answers", () => {
  it("are stopped, never delivered, and free the consumer at once", async () => {
    const { broker, emulator, clock, types, running, events, pass } = await openSetting();
    emulator.faults.queue("startConversation", fault.delay(20_000));
    const error = await outcome(clock, broker.start({ consumer: ada, character: "guide" }));
    expect(error).toMatchObject({ code: "outcome-unknown", status: 504, retryAfterSeconds: 45 });
    await expect(broker.start({ consumer: ada, character: "guide" })).rejects.toMatchObject({ code: "start-in-doubt" });
    await pass(6);
    await eventually(() => types().includes("conversation.ended"));
    expect(running()).toEqual([]);
    expect(types()).toEqual(["start.unknown", "conversation.stopping", "conversation.ended"]);
    expect(events.at(-1)).toMatchObject({ reason: "late-response", consumer: { identity: "ada" }, deployment: "test" });
    expect((await broker.start({ consumer: ada, character: "guide" })).resumed).toBe(false);
  });

  it("keep trying to stop until Equos has confirmed it", async () => {
    const { broker, emulator, clock, running, pass } = await openSetting();
    emulator.faults.queue("startConversation", fault.delay(20_000));
    emulator.faults.queue("stopConversation", fault.status(503, { times: 4 }));
    await outcome(clock, broker.start({ consumer: ada, character: "guide" }));
    await pass(6);
    expect(running()).toHaveLength(1);
    await pass(30);
    expect(running()).toEqual([]);
  });

  it("end the doubt when they are refusals", async () => {
    const { broker, emulator, clock, pass } = await openSetting();
    emulator.faults.queue("startConversation", { status: 429, delayMs: 20_000 });
    await outcome(clock, broker.start({ consumer: ada, character: "guide" }));
    await pass(6);
    const started = (await broker.start({ consumer: ada, character: "guide" })) as Started;
    expect(started.resumed).toBe(false);
  });

  it("are waited for no longer than lateResponseSeconds", async () => {
    const { broker, emulator, clock, pass } = await openSetting({
      timeouts: { startSeconds: 2, lateResponseSeconds: 5 },
    });
    emulator.faults.queue("startConversation", fault.silence());
    const error = await outcome(clock, broker.start({ consumer: ada, character: "guide" }));
    expect(error).toMatchObject({ code: "outcome-unknown", retryAfterSeconds: 3 });
    // The second search that misses it comes 10 s after the first.
    await pass(5);
    await expect(broker.start({ consumer: ada, character: "guide" })).rejects.toMatchObject({ code: "start-in-doubt" });
    await pass(15);
    await broker.start({ consumer: ada, character: "guide" });
    // Another consumer was never in doubt.
    await broker.start({ consumer: ben, character: "guide" });
  });
});
