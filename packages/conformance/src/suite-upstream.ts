import { createServer } from "node:http";
import { describe, expect, it, type TestContext } from "vitest";
import { type UpstreamCase, upstreamCases } from "./cases/upstream.js";
import type { Host } from "./host.js";
import { expectProblem } from "./problem.js";
import { Stage } from "./stage.js";

/** Whatever Equos does, a caller gets a problem of its own, and nothing that Equos said. */
export function upstreamSuite(host: Host, stage: () => Stage): void {
  for (const one of upstreamCases) {
    it(`a start that Equos answers with ${one.name}`, async () => await check(stage(), one));
  }

  it("a start that Equos redirects to another host", async () => {
    const reached: string[] = [];
    const other = createServer((request, response) => {
      reached.push(request.url ?? "");
      response.end("{}");
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    for (const status of [301, 302, 303, 307, 308]) {
      const user = stage().newUser();
      stage().emulator.faults.queue("startConversation", {
        redirectTo: `http://127.0.0.1:${port}/v3/conversations`,
        status,
        when: (request) => request.consumerIdentity === user,
      });
      expectProblem(await stage().start(user), 502, "upstream-redirected");
    }
    await new Promise((resolve) => other.close(resolve));
    expect(reached).toEqual([]);
  });

  describe("a start whose Equos", () => {
    const elsewhere = async (endpoint: string, task: TestContext["task"]) => {
      const own = host.own?.[task.name];
      if (own !== undefined && task.meta.conformance) task.meta.conformance = { ...task.meta.conformance, own };
      const away = await Stage.open(host, { endpoint });
      try {
        const user = away.newUser();
        if (own === undefined) {
          const refusal = expectProblem(await away.start(user), 503, "upstream-unreachable");
          expect(refusal).not.toHaveProperty("cause");
          // Nothing was sent, so nothing is in doubt.
          expectProblem(await away.start(user), 503, "upstream-unreachable");
        } else {
          expectProblem(await away.start(user), own.status, "upstream-disconnected");
          expectProblem(await away.start(user), 503, "start-in-doubt");
        }
        away.expectNoLeak();
      } finally {
        await away.close();
      }
    };

    it("refuses the connection", async ({ task }) => await elsewhere(`http://127.0.0.1:${await closedPort()}`, task));
    it("has no address", async ({ task }) => await elsewhere("https://equos.invalid", task));
    it("speaks no TLS", async ({ task }) => {
      const plain = createServer((_, response) => response.end());
      await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
      const address = plain.address();
      await elsewhere(`https://127.0.0.1:${typeof address === "object" ? address?.port : 0}`, task);
      await new Promise((resolve) => plain.close(resolve));
    });
  });
}

async function check(stage: Stage, one: UpstreamCase): Promise<void> {
  const { emulator, watch } = stage;
  const user = stage.newUser();
  const running = emulator.conversations().filter(({ status }) => status === "running").length;
  emulator.faults.queue("startConversation", { ...one.fault, when: (request) => request.consumerIdentity === user });
  const logged = watch.lines.length;
  const start = stage.start(user);
  const answer = one.takesTime ? await stage.until(start) : await start;
  const { status, code, retryAfter } = one.expect;
  expectProblem(answer, status, code);
  expect(answer.headers["retry-after"]).toBe(retryAfter);
  expect(stage.startsOf(user)).toBe(1);

  const log = watch.lines.slice(logged).filter((line) => line.startsWith("logger.error"));
  expect(log).toHaveLength(1);
  expect(log[0]).toContain(code);

  if (one.stopped) {
    expect(emulator.conversations().filter((each) => each.status === "running")).toHaveLength(running);
  }
  if (one.afterwards === "free") {
    expect((await stage.start(user)).status).toBe(201);
    return;
  }
  const refused = expectProblem(await stage.start(user), 503, "start-in-doubt");
  expect(refused.status).toBe(503);
  // At the latest when the socket would have been given up anyway, two searches have missed it. Where only a scheduler
  // sweeps, each takes a sweep of its own, and one before them may meet a search that has died with its request.
  await stage.pass(Math.max(61, 3 * (stage.host.sweepSeconds ?? 0) + 5));
  expect((await stage.start(user)).status).toBe(201);
  expect(stage.startsOf(user)).toBe(2);
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 1;
}
