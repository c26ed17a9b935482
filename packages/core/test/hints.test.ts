import { type ConversationBroker, memoryStore, toFetchHandler } from "@equos-broker/core";
import { afterEach, expect, it, vi } from "vitest";
import { openSetting } from "./setting.js";

type Options = Parameters<typeof openSetting>[0];
interface Case {
  readonly options?: Options | object;
  readonly action?: string;
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly status: number;
  readonly hint: string;
}

const user = () => ({ identity: "ada" });
const cases: Record<string, Case> = {
  "an unknown character": {
    body: '{"character":"guid\\n"}',
    status: 400,
    hint: String.raw`No character "guid\n". Did you mean "guide"? The option characters has "guide", "coach"`,
  },
  "a long character": {
    body: JSON.stringify({ character: "👍".repeat(32) }),
    status: 400,
    hint: `No character "${"👍".repeat(32)}". The option characters has "guide", "coach"`,
  },
  "an empty character": {
    body: '{"character":""}',
    status: 400,
    hint: 'The field "character" is wrong: Too small: expected string to have >=1 characters',
  },
  "a character id": {
    body: '{"character":"cha_emulator_guide"}',
    status: 400,
    hint: 'A character id was sent instead of an alias. The option characters has "guide", "coach"',
  },
  "no character": { status: 400, hint: 'No character was named. The option characters has "guide", "coach"' },
  "an agent": {
    action: "token",
    body: '{"room_config":{"agents":[{"agent_name":"Guide"}]}}',
    status: 403,
    hint: 'No character "Guide". Did you mean "guide"? The option characters has "guide", "coach"',
  },
  "an authorize that forgot to return": {
    options: { authorize: () => undefined },
    status: 401,
    hint: "authorize returned undefined: return { identity } for this action, or null if no user is signed in",
  },
  "the same for a stop": {
    action: "stop",
    options: { authorize: () => undefined },
    status: 401,
    hint: "authorize returned undefined: return { identity } for this action, or null if no user is signed in",
  },
  "a consumer with an id": {
    options: { authorize: () => ({ id: "ada", name: "Ada" }) },
    status: 500,
    hint: `The consumer's identity is missing: the consumer has the fields "id", "name"`,
  },
  "a form": {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    status: 415,
    hint: 'The Content-Type is "application/x-www-form-urlencoded": send the body as application/json',
  },
  "an unknown field": {
    body: '{"charcter":"guide"}',
    status: 400,
    hint: `The field "charcter" is unknown: docs/http.md lists the route's fields`,
  },
  "a list": { body: "[]", status: 400, hint: "The body is wrong: Invalid input: expected object, received array" },
  "an input that no option takes": {
    body: '{"character":"guide","input":{}}',
    status: 400,
    hint: "A page sent the field input: set the option input to a schema for it, or leave the field out",
  },
  "a GET": { method: "GET", status: 405, hint: '"start" got GET: send a POST' },
  "another origin": {
    headers: { origin: "https://app.example" },
    status: 403,
    hint: "The origin https://app.example may not call this server. To allow it, list it in the option allowedOrigins.",
  },
  "a wrong mount": {
    action: "start/now",
    status: 404,
    hint: 'The broker has no action "now", only start, stop, keepalive, token. Mount it at their parent, such as /api/equos',
  },
  "a store that cannot be reached": {
    options: {
      store: {
        ...memoryStore(),
        attach: undefined,
        shared: false,
        open: () => Promise.reject(Object.assign(new Error("connect 10.0.0.7:6379"), { code: "ECONNREFUSED" })),
      },
    },
    body: '{"character":"guide"}',
    status: 503,
    hint: "The conversation store failed to open: ECONNREFUSED",
  },
};

async function call({
  options,
  action = "start",
  method = "POST",
  body = "{}",
  headers = {},
}: Omit<Case, "status" | "hint">) {
  const { broker, log } = await openSetting({ authorize: user, ...options } as Options);
  const init = {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: method === "GET" ? null : body,
  };
  const response = await toFetchHandler(broker as ConversationBroker)(new Request(`http://a.example/${action}`, init));
  return { status: response.status, text: await response.text(), log };
}

afterEach(() => void vi.unstubAllEnvs());

it.each(Object.entries(cases))("%s is explained in one line of the log, outside production", async (_, expected) => {
  const { status, log, text } = await call(expected);
  expect(status).toBe(expected.status);
  expect(log.map(({ message }) => message)).toEqual([expected.hint]);
  vi.stubEnv("NODE_ENV", "production");
  const inProduction = await call(expected);
  const isLogged = expected.status >= 500 || expected.headers?.origin !== undefined;
  expect(inProduction.log).toHaveLength(isLogged ? 1 : 0);
  // The answer is the same, but for the id of the log line.
  const withoutId = (answer: string) => answer.replace(/urn:uuid:[\w-]+/, "");
  expect(withoutId(inProduction.text)).toBe(withoutId(text));
});

it("a consumer that authorize names no one to is not explained", async () => {
  for (const nobody of [null, false]) {
    expect((await call({ options: { authorize: () => nobody } })).log).toEqual([]);
  }
});

it("no hint holds a credential of the request", async () => {
  const secret = `s3cret-session-value${"x".repeat(40)}`;
  const headers = { cookie: `sid=${secret}`, authorization: `Bearer ${secret}` };
  const requests: Omit<Case, "status" | "hint">[] = [
    { headers, body: JSON.stringify({ character: secret.slice(0, 64) }) },
    { headers, body: JSON.stringify({ [secret]: 1 }) },
    { headers: { ...headers, "content-type": secret } },
    { headers, action: "stop", body: JSON.stringify({ token: `${secret}${"x".repeat(9000)}` }) },
  ];
  for (const request of requests) {
    const { log, status } = await call(request);
    expect([status, log.length]).toEqual([expect.any(Number), 1]);
    expect(JSON.stringify(log)).not.toContain("s3cret");
  }
});

it("a wrong mount is logged once", async () => {
  const { broker, log } = await openSetting();
  const handler = toFetchHandler(broker);
  for (const path of ["api", "cron", "page.js"])
    await handler(new Request(`http://a.example/${path}`, { method: "POST" }));
  expect(log).toHaveLength(1);
});
