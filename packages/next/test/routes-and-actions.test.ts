import { describe, expect, it } from "vitest";
import { appOnEmulator } from "./support/app-on-emulator.js";
import { majors } from "./support/majors.js";
import { post, signedIn } from "./support/post.js";
import { callAction } from "./support/server-action.js";

const cronSecret = "c".repeat(32);

describe.each(majors)("under next start, Next %i", (major) => {
  const opened = appOnEmulator(major, { env: { CRON_SECRET: cronSecret, VISITOR_SECRET: "v".repeat(32) } });
  const act = (name: string, args: readonly unknown[], headers: Record<string, string> = {}) =>
    callAction({ major, origin: opened().app.origin, name, args, headers });
  const route = (path: string, user: string | undefined, body: unknown = {}) =>
    post(`${opened().app.origin}${path}`, user, body);
  const startsOf = (user: string) =>
    opened()
      .emulator.requests()
      .filter(({ operation, consumerIdentity }) => operation === "startConversation" && consumerIdentity === user)
      .length;
  const statusOf = (id: string) =>
    opened()
      .emulator.conversations()
      .find((each) => each.id === id)?.status;

  it.each(["start", "startByFunction"])("gives the action %s the conversation that a route started", async (name) => {
    const user = `ada-${name}`;
    const started = await route("/api/equos/start", user);
    expect(started.status).toBe(201);
    const { result } = await act(name, [{}], signedIn(user));
    expect(result).toEqual({ ok: true, grant: JSON.parse(started.text), delivery: expect.any(Number) });
    expect(Object(result).delivery).toBeGreaterThan(Number(started.headers["equos-delivery"]));
    expect(startsOf(user)).toBe(1);
  });

  it("stops by an action what a route started, and the other way round", async () => {
    for (const direction of ["by action", "by route"] as const) {
      const user = direction.replace(" ", "-");
      const { result } = await act("start", [], signedIn(user));
      expect(result).toMatchObject({ ok: true, delivery: expect.any(Number) });
      const { id } = (result as { grant: { conversation: { id: string } } }).grant.conversation;
      const ended = { conversation: { id, status: "ended" } };
      if (direction === "by action") {
        expect((await act("stop", [{ id }], signedIn(user))).result).toEqual({ ok: true, ...ended });
      } else {
        expect(JSON.parse((await route("/api/equos/stop", user, { id })).text)).toEqual(ended);
      }
      expect(statusOf(id)).toBe("ended");
    }
  });

  it("knows by an action's own headers who asks, and refuses who is nobody", async () => {
    for (const [name, code] of [
      ["start", "unauthorized"],
      ["stop", "unauthorized"],
      ["startWithCookies", "unauthorized"],
    ]) {
      const { status, result } = await act(name ?? "", []);
      expect([status, result]).toMatchObject([200, { ok: false, problem: { status: 401, code } }]);
    }
    const { result } = await act("stop", [{ id: "nobody's" }], signedIn("cleo"));
    expect(result).toMatchObject({ ok: false, problem: { code: "not-found" } });
  });

  it("reads and sets Next's cookies() in authorize, by a route and by an action without headers", async () => {
    const started = await route("/api/cookies/start", "dora");
    expect([started.status, started.headers["set-cookie"]]).toEqual([201, ["seen=dora; Path=/"]]);
    const { result, cookies } = await act("startWithCookies", [], signedIn("dora"));
    expect(result).toMatchObject({ ok: true, grant: JSON.parse(started.text) });
    expect(cookies).toEqual(["seen=dora; Path=/"]);
  });

  it("says in the log what an action without headers lacks", async () => {
    const { status, result } = await act("startWithoutHeaders", [], signedIn("emil"));
    expect([status, result]).toMatchObject([200, { ok: false, problem: { status: 500, code: "authorize-failed" } }]);
    expect(opened().app.printed()).toContain("give startAction and stopAction { headers } of next/headers");
    expect(startsOf("emil")).toBe(0);
  });

  it("lets visitors start who have been to a page, and no script that has not", async () => {
    const page = await fetch(`${opened().app.origin}/welcome`);
    const [cookie] = page.headers.getSetCookie();
    expect([page.status, cookie]).toEqual([200, expect.stringMatching(/^__Host-equos-visitor=/)]);
    const headers = { cookie: cookie?.split(";")[0] ?? "" };
    expect((await post(`${opened().app.origin}/api/visitors/start`, undefined, {}, { headers })).status).toBe(201);
    expect((await route("/api/visitors/start", "ada")).status).toBe(401);
    // A visitor keeps the cookie.
    expect((await fetch(`${opened().app.origin}/welcome`, { headers })).headers.getSetCookie()).toEqual([]);
  });

  it("runs the scheduler's route for who has the secret, and for nobody else", async () => {
    const url = `${opened().app.origin}/api/cron`;
    expect((await fetch(url)).status).toBe(401);
    const answer = await fetch(url, { headers: { authorization: `Bearer ${cronSecret}` } });
    expect([answer.status, await answer.json()]).toEqual([200, { swept: true, reconciled: null }]);
  });

  it("answers what is no action of the broker's, or of Next's, with a 404", async () => {
    expect((await route("/api/equos/begin", "ada")).status).toBe(404);
    expect((await route("/api/equos/start/now", "ada")).status).toBe(404);
  });
});
