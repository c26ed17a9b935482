import { afterAll, beforeAll, expect, it } from "vitest";
import { tokenCases as rows } from "./cases/token-requests.js";
import { type Answer, type Call, json } from "./client.js";
import type { Host } from "./host.js";
import { livekitRequests } from "./livekit-requests.js";
import { deliveryOf, expectProblem } from "./problem.js";
import { Stage } from "./stage.js";

/** LiveKit's token endpoint, as its clients use it: they take a fetch for free, and fetch whenever they like. */
export function tokenCases(host: Host): void {
  let open: Stage | undefined;
  const stage = (): Stage => {
    if (open === undefined) throw new Error("The stage is not open");
    return open;
  };
  beforeAll(async () => {
    const characters = { default: "cha_emulator_guide", guide: "cha_emulator_guide", coach: "cha_emulator_coach" };
    open = await Stage.open(host, { characters, input: "topic" });
  });
  afterAll(async () => {
    open?.expectNoLeak();
    await open?.close();
  });
  const fetchToken = (user: string, body: unknown = {}, more: Call = {}) =>
    stage().call("/token", {
      ...json(body),
      ...more,
      headers: { ...json({}).headers, "x-user": user, ...more.headers },
    });
  const runningOf = (user: string) =>
    stage()
      .emulator.conversations()
      .filter((each) => each.consumerIdentity === user && each.status === "running");
  const stopBy = (token: string) => stage().call("/stop", { headers: { authorization: `Bearer ${token}` } });

  it.each(rows)("token with $name", async ({ body, expect: { status, code, names } }) => {
    const user = stage().newUser();
    const answer = await fetchToken(user, body, typeof body === "string" ? { body } : {});
    if (code === undefined) expectToken(stage(), answer);
    else {
      const { detail } = expectProblem(answer, status, code);
      if (names !== undefined) expect(detail).toContain(names);
      expect(stage().startsOf(user)).toBe(0);
    }
    expectNoServer(answer);
  });

  it.each(livekitRequests.map((request) => ({ ...request, name: `${request.sdk}, ${request.what}` })))(
    "token as sent by $name",
    async ({ body, headers, what }) => {
      const user = stage().newUser();
      const answer = await stage().call("/token", { body, headers: { ...headers, "x-user": user } });
      if (what === "everything set") expectProblem(answer, 400, "invalid-body");
      else expectToken(stage(), answer);
      expectNoServer(answer);
    },
  );

  it("token of its own identity", async () => {
    const user = stage().newUser();
    expectToken(stage(), await fetchToken(user, { participant_identity: user }));
  });

  it("refuses a token request as it refuses a start", async () => {
    const user = stage().newUser();
    expectProblem(await stage().call("/token", json({})), 401, "unauthorized");
    expectProblem(
      await fetchToken(user, {}, { body: "{}", headers: { "content-type": "text/plain" } }),
      415,
      "unsupported-media-type",
    );
    expectProblem(await fetchToken(user, {}, { headers: { origin: "https://evil.example" } }), 403, "origin-refused");
    expectProblem(await fetchToken(user, {}, { headers: { "sec-fetch-site": "cross-site" } }), 403, "origin-refused");
    expect(stage().startsOf(user)).toBe(0);
  });

  it("gives every fetch the same conversation: at mount, twice at once, after a lost connection", async () => {
    const user = stage().newUser();
    const [mount, strict] = await Promise.all([fetchToken(user), fetchToken(user)]);
    const later = await fetchToken(user);
    const answers = [mount, strict, later];
    for (const answer of answers) expectToken(stage(), answer);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(new Set(answers.map(({ headers }) => headers["equos-conversation"])).size).toBe(1);
    expect(new Set(answers.map(deliveryOf)).size).toBe(3);
    expect(deliveryOf(later)).toBeGreaterThan(Math.max(deliveryOf(mount), deliveryOf(strict)));
    expect([stage().startsOf(user), runningOf(user).length]).toEqual([1, 1]);
  });

  it("is stopped by its token, and has no successor for ten seconds", async () => {
    const user = stage().newUser();
    const { participant_token: token } = expectToken(stage(), await fetchToken(user));
    expect((await stopBy(token)).status).toBe(200);
    const refused = await fetchToken(user);
    expectProblem(refused, 409, "just-stopped");
    expect(refused.headers["retry-after"]).toBe("10");
    expectNoServer(refused);
    // Another character is another matter, and so is the route start.
    expectToken(stage(), await fetchToken(user, { room_config: { agents: [{ agent_name: "coach" }] } }));
    await stage().clock.advance(9_999);
    expectProblem(await fetchToken(user), 409, "just-stopped");
    await stage().clock.advance(1);
    expectToken(stage(), await fetchToken(user));
    expect(stage().startsOf(user)).toBe(3);
    expect(runningOf(user)).toHaveLength(1);
  });

  it("takes up what the route start has started, and the other way round", async () => {
    const user = stage().newUser();
    const started = await stage().start(user);
    const token = expectToken(stage(), await fetchToken(user));
    expect(token.participant_token).toBe(JSON.parse(started.text).consumerAccessToken);
    expect((await stopBy(token.participant_token)).status).toBe(200);
    expect((await stage().start(user)).status).toBe(201);
    expectToken(stage(), await fetchToken(user));
    expect(stage().startsOf(user)).toBe(2);
  });
}

/** Exactly what LiveKit's contract has, and beside it what its clients would drop. */
function expectToken(stage: Stage, answer: Answer): { readonly participant_token: string } {
  expect({ status: answer.status, body: answer.text }).toMatchObject({ status: 201 });
  const body = JSON.parse(answer.text);
  expect(body).toStrictEqual({
    server_url: expect.stringMatching(/^wss:/),
    participant_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
  });
  const id = answer.headers["equos-conversation"];
  const conversation = stage.emulator.conversations().find((each) => each.id === id);
  expect(conversation?.status).toBe("running");
  expect(answer.headers["equos-livekit-identity"]).toMatch(/^\S+$/);
  expect(answer.headers["equos-delivery"]).toMatch(/^\d+$/);
  expect(answer.headers["cache-control"]).toBe("no-store");
  return body;
}

/** Android's client looks at no status: whatever has a `server_url` is a success to it. */
function expectNoServer({ status, text }: Answer): void {
  if (status >= 300) expect(text).not.toMatch(/server_url|participant_token|serverUrl|participantToken/);
}
