import { type Answer, type Call, call, deliveryOf, expectGrant, expectProblem, json } from "@equos-broker/conformance";
import { type Emulator, startEmulator } from "@equos-broker/emulator";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type App, type RunningApp, runApp } from "../../src/frameworks/app.js";

declare module "vitest" {
  interface TaskMeta {
    /** For the table in `docs/adapters.md`. */
    framework?: { readonly name: string; readonly version: string; readonly instead?: string };
  }
}

/** What a framework decides in a way of its own, and why. */
export interface Differences {
  /** Default: 405, the broker's. */
  readonly get?: number;
  /** It tells nothing of a client that leaves: the time to join finds what that one left. */
  readonly hearsNoDeparture?: boolean;
}

/** The essence of the conformance suite, on an installed app that runs as a process of its own, in real time. */
export function smoke(app: App, { get = 405, hearsNoDeparture = false }: Differences = {}): void {
  describe(app.name, () => {
    let emulator: Emulator;
    let running: RunningApp;
    let users = 0;
    beforeAll(async () => {
      emulator = await startEmulator();
      running = await runApp(app, emulator);
    });
    afterAll(async () => {
      await running?.end();
      await emulator?.close();
    });
    beforeEach(({ task }) => {
      task.meta.framework = { name: app.name, version: running.version };
    });

    const newUser = () => {
      users += 1;
      return `user-${users}`;
    };
    const post = (user: string | undefined, action: string, body: unknown, more: Call = {}): Promise<Answer> =>
      call(`${running.origin}/api/equos/${action}`, {
        ...json(body),
        ...more,
        headers: { ...json(body).headers, ...(user === undefined ? {} : { "x-user": user }), ...more.headers },
      });
    const runningOf = (user: string) =>
      emulator.conversations().filter((each) => each.consumerIdentity === user && each.status === "running");
    const startsOf = (user: string) => emulator.conversations().filter((each) => each.consumerIdentity === user).length;

    it("starts, gives a reload the same conversation, and stops it for its owner alone", async () => {
      const user = newUser();
      const started = await post(user, "start", {});
      const first = expectGrant(started, 201);
      expect(expectGrant(await post(user, "start", {}), 200, deliveryOf(started))).toEqual(first);
      const { id } = first.conversation;
      expectProblem(await post(newUser(), "stop", { id }), 404, "not-found");
      expect(runningOf(user)).toHaveLength(1);
      const stopped = await post(user, "stop", { id });
      expect([stopped.status, JSON.parse(stopped.text)]).toEqual([200, { conversation: { id, status: "ended" } }]);
      expect(runningOf(user)).toEqual([]);
    });

    it("makes one conversation of a double click", async () => {
      const user = newUser();
      const answers = await Promise.all([post(user, "start", {}), post(user, "start", {})]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
      expect(startsOf(user)).toBe(1);
    });

    it("stops by a beacon of text", async () => {
      const user = newUser();
      const started = await post(user, "start", {});
      const { conversation } = expectGrant(started, 201);
      const text = JSON.stringify({ id: conversation.id, delivery: deliveryOf(started) });
      // As browsers send it; SvelteKit asks for the origin.
      const headers = { "content-type": "text/plain;charset=UTF-8", origin: running.origin };
      const beacon = await post(user, "stop", {}, { body: text, headers });
      expect(JSON.parse(beacon.text)).toEqual({ conversation: { id: conversation.id, status: "ended" } });
    });

    it("is LiveKit's token endpoint, too", async () => {
      const answer = await post(newUser(), "token", { room_config: { agents: [{ agent_name: "default" }] } });
      expect([answer.status, Object.keys(JSON.parse(answer.text)).sort()]).toEqual([
        201,
        ["participant_token", "server_url"],
      ]);
    });

    it("refuses who is nobody, other sites, and what is no JSON", async () => {
      const user = newUser();
      expectProblem(await post(undefined, "start", {}), 401, "unauthorized");
      const crossSite = { headers: { "sec-fetch-site": "cross-site" } };
      expectProblem(await post(user, "start", {}, crossSite), 403, "origin-refused");
      expectProblem(await post(user, "start", {}, { body: "{" }), 400, "malformed-json");
      const large = JSON.stringify({ character: "x".repeat(20_000) });
      expectProblem(await post(user, "start", {}, { body: large }), 413, "body-too-large");
      expect((await call(`${running.origin}/api/equos/start`, { method: "GET" })).status).toBe(get);
      expect((await post(user, "begin", {})).status).toBe(404);
      expect(startsOf(user)).toBe(0);
    });

    it("does not let what its client has left run on", async ({ task }) => {
      if (hearsNoDeparture && task.meta.framework)
        task.meta.framework = { ...task.meta.framework, instead: "not told" };
      const user = newUser();
      let answer: () => void = () => undefined;
      const until = new Promise<void>((resolve) => {
        answer = resolve;
      });
      emulator.faults.queue("startConversation", { until, when: ({ consumerIdentity }) => consumerIdentity === user });
      const client = new AbortController();
      const reply = post(user, "start", {}, { signal: client.signal });
      reply.catch(() => undefined);
      await eventually(() => emulator.requests().some(({ consumerIdentity }) => consumerIdentity === user));
      client.abort();
      await expect(reply).rejects.toThrow();
      // The socket's end has to get there.
      await call(`${running.origin}/health`, { method: "GET" });
      answer();
      await eventually(() => startsOf(user) === 1);
      if (!hearsNoDeparture) return await eventually(() => runningOf(user).length === 0);
      // Long enough for the others to have stopped it.
      await call(`${running.origin}/health`, { method: "GET" });
      expect(runningOf(user)).toHaveLength(1);
    });

    it("leaves the app's other routes alone, and prints no key, token or prompt", async () => {
      expect((await call(`${running.origin}/health`, { method: "GET" })).text).toBe("ok");
      const tokens = emulator
        .conversations()
        .map(({ id }) => emulator.lastStartAnswer(id)?.consumerAccessToken)
        .filter((token) => typeof token === "string");
      expect(tokens.length).toBeGreaterThan(3);
      for (const secret of [emulator.apiKey, ...tokens, ...emulator.secretTexts]) {
        expect(running.printed()).not.toContain(secret);
      }
    });
  });
}

/** Waits for something that other processes bring about; the test's own time limit ends it. */
async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
