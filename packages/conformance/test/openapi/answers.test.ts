import { type ErrorCode, errorCodes } from "@equos-broker/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Answer, type Call, call } from "../../src/client.js";
import { conformance, pageOrigin } from "../../src/index.js";
import { Stage } from "../../src/stage.js";
import { published } from "./contract.js";
import { type Provocation, provocations, type Scene } from "./provocations.js";
import { cronSecret, recordedHost } from "./recorded-host.js";

const contract = published();
const violations: string[] = [];
const host = recordedHost(contract, violations);

const characters = { guide: "cha_emulator_guide", coach: "cha_emulator_coach", default: "cha_emulator_guide" };
const routes = ["start", "token", "stop", "keepalive", "cron"];
const calls = [...routes.map((route) => ({ route, method: "POST" })), { route: "cron", method: "GET" }];
const quota = { max: 5, perSeconds: 3600 };

beforeEach(() => {
  for (const name of ["EQUOS_API_KEY", "EQUOS_ENDPOINT", "EQUOS_CHARACTER_ID"]) vi.stubEnv(name, undefined);
  return () => vi.unstubAllEnvs();
});

// Not inside of a group: the table of `docs/adapters.md` takes its rows by what stands around a case.
conformance(host);

describe("an answer with each code, from each route that may give it", () => {
  // Object.keys forgets the names that the type has.
  const codes = Object.keys(provocations) as (keyof typeof provocations)[];
  for (const code of codes) {
    const provocation = provocations[code];
    it.each(calls.filter(({ route }) => route !== provocation.not))(`${code}: $method $route`, async (to) => {
      const answer = await provoked(to, provocation);
      expect(contract.violations(answer)).toEqual([]);
      const { status } = problemOf(code);
      const promised = contract.promised.includes(`${to.route} ${to.method.toLowerCase()} ${status} ${code}`);
      if (promised) expect({ status: answer.status, body: answer.body }).toMatchObject(problemOf(code));
    });
  }
});

const problemOf = (code: ErrorCode) => ({
  status: errorCodes[code][0],
  body: expect.stringContaining(`"code":"${code}"`),
});

describe("the other answers", () => {
  let stage: Stage | undefined;
  let user = "";
  beforeAll(async () => {
    const options = { deployment: "test", tokenStatus: 200, limits: { perConsumer: { starts: quota } } } as const;
    stage = await Stage.open(host, { characters, allowedOrigins: [pageOrigin] }, options);
  });
  afterAll(async () => await stage?.close());
  beforeEach(() => {
    user = stage?.newUser() ?? "";
  });

  const answered = async (route: string, request: Call = {}): Promise<number> => {
    const answer = await send(opened(stage), route, user, request);
    expect(contract.violations(answer)).toEqual([]);
    return answer.status;
  };

  it("of a conversation's life", async () => {
    expect(await answered("start")).toBe(201);
    expect(await answered("start")).toBe(200);
    expect(await answered("keepalive")).toBe(204);
    expect(await answered("stop")).toBe(200);
    expect(await answered("token", { headers: { "x-user": opened(stage).newUser() } })).toBe(200);
  });

  it.each(routes.slice(0, 4))("of %s to a browser's question and to other methods", async (route) => {
    const asked = { origin: pageOrigin, "access-control-request-method": "POST" };
    expect(await answered(route, { method: "OPTIONS", headers: asked })).toBe(204);
    const foreign = { ...asked, origin: "https://evil.example" };
    expect(await answered(route, { method: "OPTIONS", headers: foreign })).toBe(403);
    for (const method of ["OPTIONS", "GET", "HEAD", "PUT", "DELETE"]) {
      expect(await answered(route, { method })).toBe(405);
    }
  });

  it("of cron", async () => {
    expect(await answered("cron", { method: "GET" })).toBe(200);
    expect(await answered("cron")).toBe(200);
    expect(await answered("cron", { method: "DELETE" })).toBe(405);
  });

  it("of a token where nothing else is said", async () => {
    const other = await Stage.open(host, { characters });
    try {
      const answer = await send(other, "token", "ada", {});
      expect([answer.status, ...contract.violations(answer)]).toEqual([201]);
    } finally {
      await other.close();
    }
  });
});

describe("all in all", () => {
  it("no answer was other than the document says", () => expect([...new Set(violations)]).toEqual([]));
  it("the document says of no answer that never came", () => expect(contract.unseen).toEqual([]));
});

function opened(stage: Stage | undefined): Stage {
  if (stage === undefined) throw new Error("The stage is not open");
  return stage;
}

async function send(stage: Stage, route: string, user: string | null, request: Call) {
  const authorization = route === "cron" && user !== null ? { authorization: `Bearer ${cronSecret}` } : {};
  const identity = user === null ? {} : { "x-user": user };
  const headers = { "content-type": "application/json", ...identity, ...authorization, ...request.headers };
  // Node answers a GET whose body breaks off by itself.
  const all = request.method === "GET" ? { method: "GET", headers } : { body: "{}", ...request, headers };
  const { status, headers: received, text }: Answer = await call(stage.url(`/${route}`), all);
  return { method: request.method ?? "POST", route, status, headers: received, body: text };
}

async function provoked(
  { route, method }: (typeof calls)[number],
  { options, user, before, request, takesTime }: Provocation,
) {
  const stage = await Stage.open(host, { characters }, { deployment: "test", ...options?.() });
  const name = user === undefined ? stage.newUser() : (user ?? "");
  const afterwards: (() => Promise<unknown>)[] = [];
  const scene: Scene = {
    stage,
    route,
    user: name,
    post: async (to, body = {}) => {
      const headers = { "content-type": "application/json", "x-user": name, ...cronHeader(to) };
      await stage.call(`/${to}`, { body: JSON.stringify(body), headers });
    },
    afterwards: (task) => void afterwards.push(task),
  };
  try {
    await before?.(scene);
    const sent = send(stage, route, user === undefined ? name : user, { method, ...request?.(route, scene) });
    // A page of Equos' list that fails is requested again after pauses.
    return takesTime || route === "cron" ? await stage.until(sent) : await sent;
  } finally {
    for (const task of afterwards) await task();
    vi.unstubAllEnvs();
    await stage.close();
  }
}

const cronHeader = (route: string) => (route === "cron" ? { authorization: `Bearer ${cronSecret}` } : {});
