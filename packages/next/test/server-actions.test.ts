import { fault, manualClock } from "@equos-broker/emulator";
import { type NextContext, startAction, stopAction } from "@equos-broker/next";
import { expect, it } from "vitest";
import { onEmulator } from "./support/own-broker.js";

const { emulator, brokerWith } = onEmulator();

it("starts, hands out again and stops, with the numbers that a route gives in headers", async () => {
  const broker = brokerWith();
  const [start, stop] = [startAction(broker), stopAction(broker)];
  const first = await start({ character: "guide" });
  const { delivery } = Object(first);
  expect(first).toMatchObject({ ok: true, delivery: expect.any(Number) });
  const second = await start();
  expect(second).toEqual({ ...first, delivery: expect.any(Number) });
  expect(Object(second).delivery).toBeGreaterThan(delivery);
  const { id } = emulator().conversations()[0] ?? { id: "" };
  // The former page's stop comes late.
  expect(await stop({ id, delivery })).toMatchObject({ ok: false, problem: { status: 409, code: "outdated" } });
  expect(await stop()).toEqual({ ok: true, conversation: { id, status: "ended" } });
});

it("says when to come back, as Retry-After does", async () => {
  const start = startAction(brokerWith({ limits: { perConsumer: { starts: { max: 1, perSeconds: 60 } } } }));
  expect(await start()).toMatchObject({ ok: true });
  const second = await start({ fresh: true });
  expect(second).toMatchObject({ ok: false, problem: { code: "too-many-starts", status: 429 } });
  expect(second).toHaveProperty("retryAfterSeconds", expect.any(Number));
});

it("refuses what is nested too deep to be written", async () => {
  const start = startAction(brokerWith());
  for (const [depth, code] of [
    [32, "invalid-input"],
    [1000, "invalid-body"],
    [100_000, "invalid-body"],
  ] as const) {
    let input: unknown = {};
    for (let level = 0; level < depth; level += 1) input = { input };
    expect(await start({ input })).toMatchObject({ ok: false, problem: { code } });
  }
  expect(emulator().requests()).toEqual([]);
});

it("takes the origin rule and the client's address from the request's headers", async () => {
  const seen: unknown[] = [];
  const authorize = ({ clientIp, native, header }: NextContext) => {
    seen.push(clientIp, native, header("Content-Type"), header("x-other"));
    return { identity: "ada", name: "Ada" };
  };
  const headersOf = (entries: Record<string, string>) => async () =>
    new Headers({ host: "shop.example", "x-real-ip": "192.0.2.7", "content-type": "text/plain", ...entries });
  const clientIp = ({ headers }: { headers: Pick<Headers, "get"> }) => headers.get("x-real-ip") ?? undefined;
  const call = (entries: Record<string, string>) =>
    startAction(brokerWith({ authorize }), { headers: headersOf(entries), clientIp })();
  expect(await call({ origin: "https://evil.example" })).toMatchObject({ problem: { code: "origin-refused" } });
  expect(await call({ origin: "https://shop.example" })).toMatchObject({ ok: true });
  // React's own encoding is no business of authorize's.
  expect(seen).toEqual(["192.0.2.7", {}, "application/json", undefined]);
});

it("needs headers only where authorize reads the cookie", async () => {
  const reading = (name: string) =>
    startAction(brokerWith({ authorize: ({ header }) => ({ identity: header(name) ?? "ada", name: "Ada" }) }));
  expect(await reading("authorization")()).toMatchObject({ ok: true });
  expect(await reading("Cookie")()).toMatchObject({ ok: false, problem: { code: "authorize-failed" } });
});

it("hands a start that goes on after its answer to waitUntil", async () => {
  const clock = manualClock();
  let answer: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    answer = resolve;
  });
  emulator().faults.queue("startConversation", fault.afterCreate.silence({ until }));
  const kept: Promise<unknown>[] = [];
  const start = startAction(brokerWith({ clock }), { waitUntil: (task) => kept.push(task) });
  const starting = start();
  while (emulator().conversations().length === 0) await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(16_000);
  expect(await starting).toMatchObject({ ok: false, problem: { code: "outcome-unknown" } });
  answer();
  await Promise.all(kept);
  expect(emulator().conversations()).toMatchObject([{ status: "ended" }]);
});
