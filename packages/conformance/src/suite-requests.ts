import { expect, it } from "vitest";
import { badRequests } from "./cases/bad-requests.js";
import { callers } from "./cases/callers.js";
import type { Case } from "./cases/case.js";
import type { Host } from "./host.js";
import { expectProblem } from "./problem.js";
import type { Stage } from "./stage.js";

/** Every row of bad input: its own answer, in bounded time, with no upstream call. */
export function requestCases(host: Host, stage: () => Stage): void {
  for (const one of [...badRequests, ...callers]) {
    if (one.notBehindParser !== undefined && host.parser !== "none") continue;
    it(one.name, async () => await check(stage(), one));
  }

  it("serves on after all of that", async () => {
    const answer = await stage().start(stage().newUser());
    expect(answer.status).toBe(201);
  });
}

async function check(stage: Stage, one: Case): Promise<void> {
  const { host, emulator } = stage;
  const before = emulator.requests().length;
  const user = one.user === undefined ? stage.newUser() : one.user;
  const headers = { ...one.request.headers, ...(user === null ? {} : { "x-user": user }) };
  const calling = stage.call(one.path, { ...one.request, headers });
  const parserAnswers = one.parserAnswers?.includes(host.parser) ?? false;
  const answer = one.takesTime ? await stage.until(calling) : await calling;
  expect(emulator.requests().length).toBe(before);
  const { status, code, detail, headers: wanted = {} } = one.expect;
  if (parserAnswers || (one.hostAnswers404 && host.knowsMount)) {
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).not.toMatch(/problem/);
    return;
  }
  for (const [name, value] of Object.entries(wanted)) expect(answer.headers[name]).toMatch(value);
  if (code === undefined) {
    expect(answer.status).toBe(status);
    return;
  }
  const problem = expectProblem(answer, status, code);
  if (detail) expect(problem.detail).toMatch(detail);
}
