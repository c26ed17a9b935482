import { expect, it } from "vitest";
import { json } from "./client.js";
import { expectGrant } from "./problem.js";
import type { Stage } from "./stage.js";

/** Clients that leave: what nobody got does not bill on, and what somebody got is left alone. */
export function departureCases(stage: () => Stage): void {
  const runningOf = (user: string) =>
    stage()
      .emulator.conversations()
      .filter(({ consumerIdentity, status }) => consumerIdentity === user && status === "running");

  const arrivalsOf = (user: string) => stage().arrivals.filter((arrival) => arrival.user === user);

  it("stops what was started for a client that left while Equos was asked", async () => {
    const user = stage().newUser();
    let answerNow: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answerNow = resolve;
    });
    stage().emulator.faults.queue("startConversation", {
      until: held,
      when: ({ consumerIdentity }) => consumerIdentity === user,
    });
    const leave = new AbortController();
    const start = stage().start(user, {}, { signal: leave.signal });
    start.catch(() => undefined);
    await eventually(() => stage().startsOf(user) === 1);
    leave.abort();
    await expect(start).rejects.toThrow();
    await eventually(() => arrivalsOf(user)[0]?.signal.aborted === true);
    answerNow();
    await eventually(() =>
      stage().events.some(({ type, consumer }) => type === "conversation.ended" && consumer.identity === user),
    );
    expect(runningOf(user)).toEqual([]);
  });

  it("keeps what a second request waits for when the first one's client leaves", async () => {
    const user = stage().newUser();
    let answerNow: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answerNow = resolve;
    });
    stage().emulator.faults.queue("startConversation", {
      until: held,
      when: ({ consumerIdentity }) => consumerIdentity === user,
    });
    const leave = new AbortController();
    const first = stage().start(user, {}, { signal: leave.signal });
    first.catch(() => undefined);
    await eventually(() => stage().startsOf(user) === 1);
    const before = stage().reservations.length;
    const second = stage().start(user);
    await eventually(() => stage().reservations.length > before);
    expect(stage().reservations.at(-1)).toBe("in-flight");
    leave.abort();
    await expect(first).rejects.toThrow();
    await eventually(() => arrivalsOf(user)[0]?.signal.aborted === true);
    answerNow();
    const grant = expectGrant(await second, 200, 2);
    await stage().clock.advance(3_000);
    expect(runningOf(user).map(({ id }) => id)).toEqual([grant.conversation.id]);
    expect(stage().startsOf(user)).toBe(1);
  });

  it("leaves a delivered conversation running when its client closes the connection afterwards", async () => {
    const user = stage().newUser();
    const grant = expectGrant(await stage().start(user), 201, 1);
    await stage().clock.advance(3_000);
    expect(runningOf(user).map(({ id }) => id)).toEqual([grant.conversation.id]);
    await stage().call("/stop", {
      ...json({ id: grant.conversation.id }),
      headers: { ...json({}).headers, "x-user": user },
    });
  });
}

/** Waits for something that sockets bring about; the test's own time limit ends it. */
async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
