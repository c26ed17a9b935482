import { afterAll, beforeAll, expect, it } from "vitest";
import { type Answer, type Call, json } from "./client.js";
import { type Host, pageOrigin } from "./host.js";
import { expectGrant, expectProblem } from "./problem.js";
import { Stage } from "./stage.js";

const strange = "https://evil.example";
const preflight = (origin: string): Call => ({
  method: "OPTIONS",
  headers: {
    origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type",
  },
});

/** The answers to a page of another origin, which are ours only where origins are listed. */
export function corsCases(host: Host): void {
  let open: Stage | undefined;
  const stage = (): Stage => {
    if (open === undefined) throw new Error("The stage is not open");
    return open;
  };
  beforeAll(async () => {
    open = await Stage.open(host, { allowedOrigins: [pageOrigin] });
  });
  afterAll(async () => await open?.close());
  const start = (origin: string, user?: string) =>
    stage().call("/start", { ...json({}), headers: { ...json({}).headers, origin, ...(user && { "x-user": user }) } });

  it("lets a page of a listed origin ask first", async () => {
    const answer = await stage().call("/start", preflight(pageOrigin));
    expect([answer.status, answer.text]).toEqual([204, ""]);
    expectReadable(answer);
    expect(answer.headers["access-control-allow-methods"]).toBe("POST");
    expect(list(answer, "access-control-allow-headers")).toEqual(["authorization", "content-type"]);
    expect(Number(answer.headers["access-control-max-age"])).toBeGreaterThan(0);
  });

  it("lets it read its grant and its headers", async () => {
    const answer = await start(pageOrigin, stage().newUser());
    expectGrant(answer, 201);
    expectReadable(answer);
    const exposed = list(answer, "access-control-expose-headers");
    expect(exposed).toEqual(expect.arrayContaining(["equos-delivery", "equos-livekit-identity", "retry-after"]));
  });

  it("lets it read why it is refused", async () => {
    const answer = await start(pageOrigin);
    expectProblem(answer, 401, "unauthorized");
    expectReadable(answer);
  });

  it("lets no other origin ask first, or start", async () => {
    const asked = await stage().call("/start", preflight(strange));
    expectProblem(asked, 403, "origin-refused");
    const started = await start(strange, stage().newUser());
    expectProblem(started, 403, "origin-refused");
    for (const answer of [asked, started]) {
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
      expect(list(answer, "vary")).toContain("origin");
    }
  });

  it("says nothing of origins where none is listed", async () => {
    const other = await Stage.open(host);
    try {
      const user = other.newUser();
      const started = await other.start(user, {}, { headers: { origin: other.server.origin } });
      expectGrant(started, 201);
      for (const answer of [started, await other.call("/start", preflight(pageOrigin))]) {
        expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
      }
    } finally {
      await other.close();
    }
  });

  if (!("listenBesideCors" in host) || host.listenBesideCors === undefined) return;
  const { listenBesideCors } = host;
  it("gives one answer beside the host's own CORS plugin", async () => {
    const both = await Stage.open({ ...host, listen: listenBesideCors }, { allowedOrigins: [pageOrigin] });
    try {
      const asked = await both.call("/start", preflight(pageOrigin));
      expect([asked.status, asked.text]).toEqual([204, ""]);
      expect(asked.headers["access-control-allow-origin"]).toBe(pageOrigin);
      const started = await both.start(both.newUser(), {}, { headers: { origin: pageOrigin } });
      expectGrant(started, 201);
      expectReadable(started);
    } finally {
      await both.close();
    }
  });
}

/** Exactly one origin, with cookies, and told apart by caches. */
function expectReadable(answer: Answer): void {
  expect(answer.headers["access-control-allow-origin"]).toBe(pageOrigin);
  expect(answer.headers["access-control-allow-credentials"]).toBe("true");
  const vary = list(answer, "vary");
  expect(vary.filter((name) => name === "origin")).toHaveLength(1);
}

function list({ headers }: Answer, name: string): string[] {
  return String(headers[name] ?? "")
    .toLowerCase()
    .split(",")
    .map((one) => one.trim());
}
