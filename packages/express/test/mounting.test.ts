import { call, json, Stage } from "@equos-broker/conformance";
import { describe, expect, it } from "vitest";
import { expressHosts, hostRouteAnswer, listenExpress } from "./hosts.js";

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
});
