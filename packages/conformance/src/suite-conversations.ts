import { expect, it } from "vitest";
import { json } from "./client.js";
import { deliveryOf, expectGrant, expectProblem } from "./problem.js";
import type { Stage } from "./stage.js";

/** What the routes are for. */
export function conversationCases(stage: () => Stage): void {
  const post = (user: string | undefined, path: string, body: unknown, headers: Record<string, string> = {}) =>
    stage().call(path, {
      ...json(body),
      headers: { ...json(body).headers, ...(user && { "x-user": user }), ...headers },
    });

  it("starts and stops", async () => {
    const user = stage().newUser();
    const { conversation } = expectGrant(await stage().start(user), 201);
    const stopped = await post(user, "/stop", { id: conversation.id });
    expect([stopped.status, JSON.parse(stopped.text)]).toEqual([
      200,
      { conversation: { id: conversation.id, status: "ended" } },
    ]);
    expect(stopped.headers["cache-control"]).toBe("no-store");
    const again = await post(user, "/stop", { id: conversation.id });
    expect([again.status, again.text]).toEqual([200, stopped.text]);
    expect(
      stage()
        .emulator.conversations()
        .find(({ id }) => id === conversation.id)?.status,
    ).toBe("ended");
  });

  it("starts with an Origin of its own", async () => {
    const { origin } = stage().server;
    expectGrant(await stage().start(stage().newUser(), {}, { headers: { origin } }), 201);
  });

  it("starts with an empty JSON body", async () => {
    const headers = { "content-type": "application/json", "x-user": stage().newUser() };
    expectGrant(await stage().call("/start", { body: "", headers }), 201);
  });

  it("reads a body whose characters are split across packets", async () => {
    const user = stage().newUser();
    const headers = { "content-type": "application/json", "x-user": user };
    // "ü" is two bytes; whoever decodes packet by packet sees none.
    const bytes = new TextEncoder().encode('{"character":"gü"}');
    const at = bytes.indexOf(0xc3) + 1;
    const packets = [bytes.slice(0, at), bytes.slice(at)];
    const answer = await stage().call("/start", { headers, body: { packets } });
    expectProblem(answer, 400, "unknown-character");
  });

  it("makes one conversation of a double click", async () => {
    const user = stage().newUser();
    const answers = await Promise.all([stage().start(user), stage().start(user)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
    const [first, second] = answers.map(({ text }) => JSON.parse(text));
    expect(first).toEqual(second);
    expect(new Set(answers.map(deliveryOf)).size).toBe(2);
    expect(stage().startsOf(user)).toBe(1);
  });

  it("hands the running conversation to a reload", async () => {
    const user = stage().newUser();
    const started = await stage().start(user);
    const first = expectGrant(started, 201);
    const second = expectGrant(await stage().start(user), 200, deliveryOf(started));
    expect(second).toEqual(first);
    expect(stage().startsOf(user)).toBe(1);
  });

  it("lets only the owner stop and keep alive", async () => {
    const [owner, stranger] = [stage().newUser(), stage().newUser()];
    const grant = expectGrant(await stage().start(owner), 201);
    const { id } = grant.conversation;
    expectGrant(await stage().start(stranger), 201);
    for (const path of ["/stop", "/keepalive"]) {
      expectProblem(await post(stranger, path, { id }), 404, "not-found");
      expectProblem(await post(undefined, path, { id }), 401, "unauthorized");
      expectProblem(await post(stranger, path, { id: "other", token: grant.consumerAccessToken }), 404, "not-found");
    }
    expect((await post(owner, "/keepalive", { id })).status).toBe(204);
    expect((await post(undefined, "/keepalive", { token: grant.consumerAccessToken })).status).toBe(204);
    expect((await post(undefined, "/stop", { token: grant.consumerAccessToken })).status).toBe(200);
    expectProblem(await post(owner, "/keepalive", { id }), 410, "conversation-ended");
  });

  it("takes the LiveKit token as Bearer from who is otherwise nobody", async () => {
    const grant = expectGrant(await stage().start(stage().newUser()), 201);
    const bearer = { authorization: `Bearer ${grant.consumerAccessToken}` };
    const stopped = await stage().call("/stop", { headers: bearer });
    expect([stopped.status, JSON.parse(stopped.text).conversation.status]).toEqual([200, "ended"]);
    // A Bearer of the team's own is not looked up.
    const own = { authorization: "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln" };
    expectProblem(await stage().call("/stop", { headers: own }), 401, "unauthorized");
  });

  it("stops by a beacon of text, and by nothing but who it is", async () => {
    const user = stage().newUser();
    const started = await stage().start(user);
    const { conversation } = expectGrant(started, 201);
    const text = JSON.stringify({ id: conversation.id, delivery: deliveryOf(started) });
    const headers = { "content-type": "text/plain;charset=UTF-8", "x-user": user };
    expect(JSON.parse((await stage().call("/stop", { body: text, headers })).text).conversation.status).toBe("ended");
    const next = expectGrant(await stage().start(user), 201, deliveryOf(started));
    const stopped = await stage().call("/stop", { headers: { "x-user": user } });
    expect(JSON.parse(stopped.text)).toEqual({ conversation: { id: next.conversation.id, status: "ended" } });
  });

  it("stops by a call without a body, whatever type its client names", async () => {
    const user = stage().newUser();
    expectGrant(await stage().start(user), 201);
    // Some platforms' HTTP clients add this to every POST.
    const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": "0", "x-user": user };
    const stopped = await stage().call("/stop", { headers });
    expect([stopped.status, JSON.parse(stopped.text).conversation.status]).toEqual([200, "ended"]);
  });

  it("waits with a leaving page's stop for a reload, and stops without one", async () => {
    const user = stage().newUser();
    const started = await stage().start(user);
    const { conversation } = expectGrant(started, 201);
    const { id } = conversation;
    const delivery = deliveryOf(started);
    const statusUpstream = () =>
      stage()
        .emulator.conversations()
        .find((each) => each.id === id)?.status;
    const leaving = await post(user, "/stop", { id, delivery, leaving: true });
    expect(JSON.parse(leaving.text)).toEqual({ conversation: { id, status: "running" } });
    const reloaded = await stage().start(user);
    expectGrant(reloaded, 200, delivery);
    await stage().clock.advance(10_000);
    expect(statusUpstream()).toBe("running");

    // The former page's stop comes late: it is refused with the newest number.
    const late = await post(user, "/stop", { id, delivery });
    expectProblem(late, 409, "outdated");
    expect(deliveryOf(late)).toBe(deliveryOf(reloaded));
    expect(statusUpstream()).toBe("running");

    await post(user, "/stop", { id, delivery: deliveryOf(reloaded), leaving: true });
    await stage().clock.advance(5_000);
    expect(statusUpstream()).toBe("ended");
  });

  it("starts anew for `fresh` and stops the former one first", async () => {
    const user = stage().newUser();
    const started = await stage().start(user);
    const first = expectGrant(started, 201);
    const second = expectGrant(await stage().start(user, { fresh: true }), 201, deliveryOf(started));
    expect(second.conversation.id).not.toBe(first.conversation.id);
    const running = stage()
      .emulator.conversations()
      .filter((each) => each.consumerIdentity === user && each.status === "running");
    expect(running.map(({ id }) => id)).toEqual([second.conversation.id]);
  });
}
