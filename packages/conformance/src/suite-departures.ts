import { expect, it } from "vitest";
import { json } from "./client.js";
import type { Host } from "./host.js";
import { expectGrant } from "./problem.js";
import type { Stage } from "./stage.js";

const stopped = "stops what was started for a client that left while Equos was asked";

/** Clients that leave: what nobody got does not bill on, and what somebody got is left alone. */
export function departureCases(host: Host, stage: () => Stage): void {
  const own = host.own?.[stopped];
  const runningOf = (user: string) =>
    stage()
      .emulator.conversations()
      .filter(({ consumerIdentity, status }) => consumerIdentity === user && status === "running");

  const arrivalsOf = (user: string) => stage().arrivals.filter((arrival) => arrival.user === user);

  const heardOf = (type: "conversation.started" | "conversation.ended", user: string) =>
    stage().eventually(() => stage().events.some((event) => event.type === type && event.consumer?.identity === user));

  /** A start that has reached Equos, which answers only when it is told to. */
  const heldStart = async (user: string, headers: Record<string, string> = {}) => {
    let answer: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const when = ({ consumerIdentity }: { consumerIdentity: string | undefined }) => consumerIdentity === user;
    stage().emulator.faults.queue("startConversation", { until, when });
    const client = new AbortController();
    const reply = stage().start(user, {}, { signal: client.signal, headers });
    reply.catch(() => undefined);
    await stage().eventually(() => stage().startsOf(user) === 1);
    const leave = async () => {
      client.abort();
      await expect(reply).rejects.toThrow();
      if (own === undefined) await stage().eventually(() => arrivalsOf(user)[0]?.signal.aborted === true);
    };
    return { answer, leave };
  };

  it(stopped, async ({ task }) => {
    const user = stage().newUser();
    // Such a page is known not to have come when it sends none, which a host that hears of no departure needs.
    const { answer, leave } = await heldStart(user, { "equos-client": "conformance" });
    await leave();
    answer();
    await heardOf("conversation.started", user);
    // A page may still take it up.
    expect(runningOf(user)).toHaveLength(1);
    if (own === undefined) await stage().undeliveredEnd(user);
    else {
      if (task.meta.conformance) task.meta.conformance = { ...task.meta.conformance, own };
      await stage().pass(120);
      await heardOf("conversation.ended", user);
    }
    expect(runningOf(user)).toEqual([]);
  });

  it("keeps what a second request waits for when the first one's client leaves", async () => {
    const user = stage().newUser();
    const { answer, leave } = await heldStart(user);
    const before = stage().reservations.length;
    const second = stage().start(user);
    await stage().eventually(() => stage().reservations.length > before);
    expect(stage().reservations.at(-1)).toBe("pending");
    await leave();
    answer();
    const grant = expectGrant(await second, 200);
    await stage().clock.advance(3_000);
    expect(runningOf(user).map(({ id }) => id)).toEqual([grant.conversation.id]);
    expect(stage().startsOf(user)).toBe(1);
  });

  it("leaves a delivered conversation running when its client closes the connection afterwards", async () => {
    const user = stage().newUser();
    const grant = expectGrant(await stage().start(user), 201);
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
