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

  /** A start that has reached Equos, which answers only when it is told to. */
  const heldStart = async (user: string) => {
    let answer: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const when = ({ consumerIdentity }: { consumerIdentity: string | undefined }) => consumerIdentity === user;
    stage().emulator.faults.queue("startConversation", { until, when });
    const client = new AbortController();
    const reply = stage().start(user, {}, { signal: client.signal });
    reply.catch(() => undefined);
    await stage().eventually(() => stage().startsOf(user) === 1);
    const leave = async () => {
      client.abort();
      await expect(reply).rejects.toThrow();
      await stage().eventually(() => arrivalsOf(user)[0]?.signal.aborted === true);
    };
    return { answer, leave };
  };

  it("stops what was started for a client that left while Equos was asked", async () => {
    const user = stage().newUser();
    const { answer, leave } = await heldStart(user);
    await leave();
    answer();
    await stage().eventually(() =>
      stage().events.some((event) => event.type === "conversation.ended" && event.consumer?.identity === user),
    );
    expect(runningOf(user)).toEqual([]);
  });

  it("keeps what a second request waits for when the first one's client leaves", async () => {
    const user = stage().newUser();
    const { answer, leave } = await heldStart(user);
    const before = stage().reservations.length;
    const second = stage().start(user);
    await stage().eventually(() => stage().reservations.length > before);
    expect(stage().reservations.at(-1)).toBe("in-flight");
    await leave();
    answer();
    const grant = expectGrant(await second, 200, 2);
    await stage().clock.advance(3_000);
    expect(runningOf(user).map(({ id }) => id)).toEqual([grant.conversation.id]);
    expect(stage().startsOf(user)).toBe(1);
  });

  it("leaves a delivered conversation running when its client closes the connection afterwards", async () => {
    const user = stage().newUser();
    const grant = expectGrant(await stage().start(user), 201, 1);
    await stage().clock.advance(3_000);
    // A connection's end is no departure: nothing that listens for one may be told so.
    expect(arrivalsOf(user).map(({ signal }) => signal.aborted)).toEqual([false]);
    expect(runningOf(user).map(({ id }) => id)).toEqual([grant.conversation.id]);
    await stage().call("/stop", {
      ...json({ id: grant.conversation.id }),
      headers: { ...json({}).headers, "x-user": user },
    });
  });
}
