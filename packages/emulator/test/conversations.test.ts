import { manualClock } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { emulatorFor, got, postStart, send, started, startedId, stop } from "./support.js";

const minute = 60_000;

describe("a conversation's life", () => {
  it("runs until it is stopped, and is billed from start to stop", async () => {
    const clock = manualClock(Date.UTC(2026, 10, 22));
    const emulator = await emulatorFor({ clock });
    const id = await startedId(emulator, { client: "shop" });
    await clock.advance(90_000);
    const price = expect.closeTo(90 * 0.0271828);
    const bill = { conversations: [{ id, seconds: 90, price }], totalSeconds: 90, totalPrice: price };
    expect(emulator.bill()).toEqual(bill);
    await stop(emulator, id);
    await clock.advance(minute);
    expect(emulator.conversations()).toEqual([
      {
        id,
        name: "support",
        client: "shop",
        status: "ended",
        characterId: "cha_emulator_guide",
        consumerIdentity: "ada",
        startedAt: "2026-11-22T00:00:00.000Z",
        joinedAt: undefined,
        endedAt: "2026-11-22T00:01:30.000Z",
        maxSeconds: 600,
        billedSeconds: 90,
        endReason: "stopped",
      },
    ]);
    emulator.assertNothingRunning();
  });

  it("ends at maxSeconds, whenever somebody looks", async () => {
    const clock = manualClock();
    const emulator = await emulatorFor({ clock });
    const { conversation } = await started(emulator, { maxSeconds: 30 });
    await clock.advance(29_999);
    expect((await got(emulator, conversation.id)).status).toBe("running");
    await clock.advance(10 * minute);
    const endedAt = new Date(Date.parse(conversation.startedAt) + 30_000).toISOString();
    expect(await got(emulator, conversation.id)).toMatchObject({ status: "ended", endedAt });
    expect(emulator.conversations()).toMatchObject([{ endReason: "max-seconds", billedSeconds: 30 }]);
    expect(await (await stop(emulator, conversation.id)).text()).toBe("null");
  });

  it("says what still runs", async () => {
    const emulator = await emulatorFor();
    emulator.assertNothingRunning();
    const id = await startedId(emulator);
    expect(() => emulator.assertNothingRunning()).toThrow(
      new RegExp(`still running: 1\\n {2}${id} "support", consumer ada`),
    );
  });

  it("keeps the answer of a start, copied", async () => {
    const emulator = await emulatorFor();
    const answer = await started(emulator);
    const kept = emulator.lastStartAnswer(answer.conversation.id);
    expect(kept).toEqual(answer);
    if (kept) kept.conversation.name = "changed";
    expect(emulator.lastStartAnswer(answer.conversation.id)).toEqual(answer);
    expect(emulator.lastStartAnswer("con_none")).toBeUndefined();
  });

  it("logs requests without headers, and forgets everything on reset", async () => {
    const clock = manualClock(0);
    const emulator = await emulatorFor({ clock });
    const id = await startedId(emulator);
    await stop(emulator, id);
    const at = "1970-01-01T00:00:00.000Z";
    expect(emulator.requests()).toEqual([
      {
        operation: "startConversation",
        verb: "POST",
        path: "/v3/conversations",
        at,
        consumerIdentity: "ada",
        body: expect.objectContaining({ name: "support" }),
        outcome: 201,
      },
      {
        operation: "stopConversation",
        verb: "POST",
        path: `/v3/conversations/${id}/stop`,
        at,
        consumerIdentity: "ada",
        body: undefined,
        outcome: 201,
      },
    ]);
    emulator.faults.queue("startConversation", { status: 500 });
    emulator.reset();
    expect([emulator.requests(), emulator.conversations(), emulator.faults.pending()]).toEqual([[], [], 0]);
    expect(emulator.lastStartAnswer(id)).toBeUndefined();
    expect((await postStart(emulator)).status).toBe(201);
  });
});

describe("limits of the organization", () => {
  it("refuses one conversation too many, also when they start at once", async () => {
    const emulator = await emulatorFor({ limits: { concurrent: 2 } });
    const statuses = (await Promise.all([1, 2, 3].map(() => postStart(emulator)))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 201, 429]);
    await stop(emulator, emulator.conversations()[0]?.id ?? "");
    expect((await postStart(emulator)).status).toBe(201);
  });

  it("refuses more seconds than allowed with the status given, and caps the default", async () => {
    const emulator = await emulatorFor({ limits: { seconds: 300, refuseStatus: 403 } });
    expect((await postStart(emulator, { maxSeconds: 301 })).status).toBe(403);
    expect((await started(emulator)).conversation.maxSeconds).toBe(300);
  });
});

describe("lists", () => {
  it("pages, filters by client exactly and counts all matches", async () => {
    const emulator = await emulatorFor();
    for (const name of ["a", "b", "c"]) await startedId(emulator, { name, client: "shop" });
    await startedId(emulator, { name: "d", client: "shop/2" });
    const list = async (query: string) => (await send(emulator, "GET", `/v3/conversations?${query}`)).json();
    expect(await list("client=shop&take=2&skip=1")).toMatchObject({
      skip: 1,
      take: 2,
      total: 3,
      conversations: [{ name: "b" }, { name: "c" }],
    });
    expect(await list("client=shop%2F2")).toMatchObject({ total: 1, conversations: [{ name: "d" }] });
    expect(await list("client=")).toMatchObject({ total: 0, conversations: [] });
  });

  it.each(["take=51", "take=x", "skip=-1"])("answers 400 to %s", async (query) => {
    const emulator = await emulatorFor();
    expect((await send(emulator, "GET", `/v3/conversations?${query}`)).status).toBe(400);
  });
});
