import { expect, it, type TestContext } from "vitest";
import { accepted } from "./cases/accepted.js";
import { badRequests } from "./cases/bad-requests.js";
import { callers } from "./cases/callers.js";
import type { Case } from "./cases/case.js";
import { type Answer, callRaw } from "./client.js";
import type { Host } from "./host.js";
import { ownAnswer } from "./own-answer.js";
import { expectGrant, expectProblem } from "./problem.js";
import type { Stage } from "./stage.js";

/** Every row of input: its own answer, in bounded time; bad input with no call to Equos. */
export function requestCases(host: Host, stage: () => Stage): void {
  for (const one of [...accepted, ...badRequests, ...callers]) {
    if (one.onlyWithoutParser && host.parser !== "none") continue;
    it(one.name, async ({ task }) => await check(stage(), one, task));
  }

  it("start with one byte a second", async ({ task }) => {
    const { host, reservations } = stage();
    const waits = "The host's parser waits for the body, for as long as the host's own time limit says.";
    const own = host.own?.[task.name] ?? (host.parser === "none" ? undefined : { status: 0, reason: waits });
    if (own !== undefined && task.meta.conformance) task.meta.conformance = { ...task.meta.conformance, own };
    const before = reservations.length;
    let write: (text: string) => void = () => undefined;
    const client = new AbortController();
    const headers = { "content-type": "application/json", "x-user": stage().newUser(), "transfer-encoding": "chunked" };
    const body = {
      written: (writer: typeof write) => {
        write = writer;
      },
    };
    let answer: Answer | undefined;
    const calling = stage()
      .call("/start", { headers, body, signal: client.signal })
      .then(
        (arrived) => {
          answer = arrived;
        },
        () => undefined,
      );
    for (const byte of '{"character": "guide"'.slice(0, 15)) {
      if (answer !== undefined) break;
      write(byte);
      await stage().pass(1);
    }
    if (own === undefined) expectProblem(answer ?? { status: 0, headers: {}, text: "" }, 408, "body-timeout");
    else expect(answer).toBeUndefined();
    expect(reservations.length).toBe(before);
    client.abort();
    await calling;
  });

  it("serves on after all of that", async () => {
    const answer = await stage().start(stage().newUser());
    expect(answer.status).toBe(201);
  });
}

async function check(stage: Stage, one: Case, task: TestContext["task"]): Promise<void> {
  const own = ownAnswer(stage.host, one);
  const { column, group } = task.meta.conformance ?? { column: "", group: "" };
  if (own !== undefined) task.meta.conformance = { column, group, own };
  const wanted = own ?? one.expect;
  // While time passes the sweep asks about other cases' conversations.
  const passes = wanted.status === 0 || one.takesTime === true;
  const asked = () =>
    stage.emulator.requests().filter(({ operation }) => !passes || operation === "startConversation").length;
  const before = asked();
  const answer = wanted.status === 0 ? await nothing(stage, one) : await send(stage, one);
  if (wanted.status < 300 && wanted.status > 0) {
    expectGrant(answer, 201);
    return;
  }
  expect(asked()).toBe(before);
  const { status, code, detail, headers = {} } = one.expect;
  if (own !== undefined || code === undefined) {
    expect(answer.status).toBe(wanted.status);
    if (own !== undefined) expect(answer.headers["content-type"] ?? "").not.toMatch(/problem/);
    for (const [name, value] of Object.entries(own === undefined ? headers : {}))
      expect(answer.headers[name]).toMatch(value);
    return;
  }
  for (const [name, value] of Object.entries(headers)) expect(answer.headers[name]).toMatch(value);
  const problem = expectProblem(answer, status, code);
  if (detail) expect(problem.detail).toMatch(detail);
}

async function send(stage: Stage, one: Case, signal?: AbortSignal): Promise<Answer> {
  const user = one.user === undefined ? stage.newUser() : one.user;
  if (one.raw !== undefined) {
    const { origin, mount } = stage.server;
    return await callRaw(origin, one.raw(mount.slice(origin.length) + one.path, user ?? ""));
  }
  const headers = { ...one.request.headers, ...(user === null ? {} : { "x-user": user }) };
  const calling = stage.call(one.path, { ...one.request, headers, signal });
  return one.takesTime && signal === undefined ? await stage.until(calling) : await calling;
}

/** No answer comes, for longer than the broker itself would wait; then the client leaves. */
async function nothing(stage: Stage, one: Case): Promise<Answer> {
  const client = new AbortController();
  let answered = false;
  const calling = send(stage, one, client.signal).then(
    () => {
      answered = true;
    },
    () => undefined,
  );
  const before = stage.reservations.length;
  await stage.pass(20);
  expect([answered, stage.reservations.length]).toEqual([false, before]);
  client.abort();
  await calling;
  return { status: 0, headers: {}, text: "" };
}
