import { type AnyBroker, call, json, Stage } from "@equos-broker/conformance";
import { toExpress } from "@equos-broker/express";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type AnyApp, expressHosts, hostRouteAnswer, listenExpress, listening, type Middleware } from "./hosts.js";

describe.each([4, 5] as const)("on Express %i", (major) => {
  const host = expressHosts.find(({ name }) => name.startsWith(`Express ${major} behind json`));
  if (host === undefined) throw new Error("no such host");

  it("leaves the host's own routes beside a mount at /api to the host", async () => {
    const stage = await Stage.open(host);
    try {
      for (const path of ["/api/oauth/token", "/api/begin"]) {
        const answer = await call(stage.server.origin + path, json({}));
        expect([answer.status, answer.text]).toEqual([200, hostRouteAnswer]);
      }
      const started = await call(`${stage.server.origin}/api/start`, {
        ...json({}),
        headers: { ...json({}).headers, "x-user": stage.newUser() },
      });
      expect(started.status).toBe(201);
      for (const path of ["", "/", "/other/start", "/start%2f", "/%73tart"]) {
        expect((await call(`${stage.server.origin}/api/v1/equos${path}`, json({}))).status).toBe(404);
      }
    } finally {
      await stage.close();
    }
  });

  it.each([
    ["a number: each visitor has a quota", 1, [201, 201, 429]],
    ["the proxy's address", "127.0.0.1", [201, 201, 429]],
    // Docs warn of it: Express takes the text for an address, so all visitors share one quota.
    ["a number as text", "1", [201, 429, 429]],
  ])("counts visitors behind a proxy by `trust proxy`: %s", async (_, trusted, statuses) => {
    const perIp = { starts: { max: 1, perSeconds: 60 } };
    const trusting = { ...host, listen: (broker: AnyBroker) => listenExpress(major, "none", broker, [], trusted) };
    const stage = await Stage.open(trusting, {}, { limits: { perIp } });
    try {
      const start = async (forwarded: string) => {
        const headers = { ...json({}).headers, "x-user": stage.newUser(), "x-forwarded-for": forwarded };
        return (await stage.call("/start", { ...json({}), headers })).status;
      };
      // The third one claims another address; the proxy has added the one that it saw.
      const answers = [
        await start("203.0.113.8"),
        await start("203.0.113.9"),
        await start("198.51.100.1, 203.0.113.8"),
      ];
      expect(answers).toEqual(statuses);
    } finally {
      await stage.close();
    }
  });

  it("passes an adapter's own failure to the host's error handler", async () => {
    const broken = { actions: ["start"], handle: () => Promise.reject(new Error("not a broker")) };
    const server = await listenExpress(major, "none", broken as never);
    const answer = await call(`${server.origin}/api/start`, json({}));
    await server.close();
    expect(answer.status).toBe(500);
  });

  it("keeps the host's cookies and headers", async () => {
    const stage = await Stage.open(
      {
        ...host,
        listen: async (broker) =>
          await listenExpress(major, "none", broker, [
            (_, res, next) => {
              res.setHeader("vary", "Cookie");
              next();
            },
          ]),
      },
      { allowedOrigins: ["https://app.example"] },
      { authorize: () => ({ identity: "ada", name: "Ada", headers: { "set-cookie": ["renewed=1; Path=/"] } }) },
    );
    try {
      const answer = await stage.call("/start", json({}));
      expect(answer.status).toBe(201);
      expect(answer.headers["set-cookie"]).toEqual(["renewed=1; Path=/"]);
      expect(answer.headers["x-powered-by"]).toBe("Express");
      expect(answer.headers.vary).toBe("Cookie, Origin");
    } finally {
      await stage.close();
    }
  });

  const mounts: readonly [string, (app: AnyApp, broker: Middleware) => void, string][] = [
    ["as the route of one action", (app, broker) => app.post("/api/equos/start", broker), "/api/equos"],
    ["as a route of all actions", (app, broker) => app.post("/api/equos/:action", broker), "/api/equos"],
    ["at one action's path", (app, broker) => app.use("/api/equos/start", broker), "/api/equos"],
    ["too high", (app, broker) => app.use("/api", broker), "/api/equos"],
    ["without a path", (app, broker) => app.use(broker), "/api/equos"],
  ];

  it.each(mounts)("in development, logs once where a broker belongs that is mounted %s", async (_, mount, path) => {
    const warn = vi.spyOn(console, "warn").mockReturnValue(undefined);
    const idle = { actions: ["start"], handle: async () => null };
    const server = await listening(major, (app) => mount(app, toExpress(idle)));
    const post = async () => (await call(`${server.origin}${path}/start?x=1`, json({}))).status;
    expect([await post(), await post()]).toEqual([404, 404]);
    await call(`${server.origin}${path}/unrelated`, json({}));
    expect(warn.mock.calls.map(([line]) => line)).toEqual([
      expect.stringMatching(/^equos-broker: POST \/api\/equos\/start got 404\. .*app\.use\("\/api\/equos", toExpress/),
    ]);
    vi.stubEnv("NODE_ENV", "production");
    onTestFinished(() => void vi.unstubAllEnvs());
    const quiet = await listening(major, (app) => mount(app, toExpress(idle)));
    await call(`${quiet.origin}${path}/start`, json({}));
    expect(warn).toHaveBeenCalledTimes(1);
    await Promise.all([server.close(), quiet.close()]);
  });

  it("logs nothing where the host has a route of its own by an action's name", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue(undefined);
    const server = await listenExpress(major, "none", { actions: ["token"], handle: async () => null } as never);
    expect((await call(`${server.origin}/api/oauth/token`, json({}))).status).toBe(200);
    // Of a doubled slash the mount is not to blame.
    await call(`${server.origin}/api/v1/equos//token`, json({}));
    await server.close();
    expect(warn).not.toHaveBeenCalled();
  });
});
