import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { call } from "../src/http-call.js";
import { Random } from "../src/random.js";
import { runOptions } from "../src/run-options.js";
import { reservationIn } from "../src/upstream.js";

describe("what became of a request", () => {
  const ended: (() => void)[] = [];
  afterEach(() => {
    for (const end of ended.splice(0)) end();
  });

  async function serving(answer: RequestListener): Promise<number> {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ended.push(() => {
      server.closeAllConnections();
      server.close();
    });
    // It listens on a port, so its address is one.
    return (server.address() as AddressInfo).port;
  }
  const outcome = async (answer: RequestListener, more = {}) =>
    await call({ port: await serving(answer), path: "/", patienceMs: 2_000, ...more });

  it("answered, with what it says", async () => {
    const result = await outcome((_, response) => {
      response.setHeader("equos-delivery", "3");
      response.end('{"conversation":{"id":"con_1"}}');
    });
    expect(result).toMatchObject({
      outcome: "answered",
      status: 200,
      delivery: 3,
      json: { conversation: { id: "con_1" } },
    });
  });

  it("refused", async () => {
    const result = await outcome((_, response) => {
      response.statusCode = 404;
      response.end("{}");
    });
    expect(result).toMatchObject({ outcome: "refused", status: 404 });
  });

  it("unclear: the server died, the answer broke off, the client left", async () => {
    expect(await outcome((request) => request.socket.destroy())).toMatchObject({ outcome: "unclear" });
    const half = outcome((_, response) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("{");
      setTimeout(() => response.socket?.destroy(), 20);
    });
    expect(await half).toMatchObject({ outcome: "unclear" });
    expect(await outcome(() => undefined, { patienceMs: 50 })).toMatchObject({ outcome: "unclear" });
    const vanished = await outcome((_, response) => response.end("{}"), { vanishAtAnswer: true });
    expect(vanished.outcome).toBe("unclear");
  });

  it("unsent: nobody listens", async () => {
    const port = await serving(() => undefined);
    for (const end of ended.splice(0)) end();
    expect(await call({ port, path: "/", patienceMs: 2_000 })).toMatchObject({ outcome: "unsent" });
  });
});

describe("decisions", () => {
  it("are the same for the same seed, and others for another one", () => {
    const some = (seed: string) => {
      const random = new Random(seed);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(some("1")).toEqual(some("1"));
    expect(some("1")).not.toEqual(some("2"));
    expect(new Random("1").fork("a").next()).not.toBe(new Random("1").fork("b").next());
  });

  it("go by weight", () => {
    const random = new Random("weights");
    const items = [{ weight: 0 }, { weight: 1 }, { weight: 3 }];
    const drawn = Array.from({ length: 4_000 }, () => random.weighted(items).weight);
    const [zeros, ones] = [0, 1].map((weight) => drawn.filter((one) => one === weight).length);
    expect(zeros).toBe(0);
    expect(Math.abs((ones ?? 0) - 1_000)).toBeLessThan(150);
  });
});

it("finds the reservation in an upstream name", () => {
  expect(reservationIn("A label eqb:chaos:lx8-abc:key.6f1e-77:th")).toBe("key.6f1e-77");
  expect(reservationIn("eqb::lx8-abc:key.6f1e-77")).toBe("key.6f1e-77");
  expect(reservationIn("eqb:chaos:lx8-abc:6f1e-77")).toBeUndefined();
  expect(reservationIn("eqb:chaos:6f1e-77")).toBeUndefined();
  expect(reservationIn(undefined)).toBeUndefined();
});

it("refuses a wrong command line", () => {
  expect(runOptions(["--seed", "7", "--flush"])).toMatchObject({ seed: "7", flush: true, seconds: 60, servers: 3 });
  expect(() => runOptions(["--seconds", "soon"])).toThrow("--seconds takes a whole number");
  expect(() => runOptions(["--kill"])).toThrow("--kill");
});
