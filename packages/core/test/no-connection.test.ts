import { type AddressInfo, createServer } from "node:net";
import type { ControlledClock } from "@equos-broker/emulator";
import { expect, it, onTestFinished } from "vitest";
import { ada, eventually, openSetting, outcome } from "./setting.js";

const guide = { consumer: ada, character: "guide" };

/** Accepts connections and never says a word, so TLS never completes. */
async function silentPort(): Promise<{ readonly port: number; connections(): number }> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  const sockets = new Set<{ destroy(): void }>();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => sockets.size };
}

it("a start whose TLS handshake never completes was not sent: it is released at once", async () => {
  const { port, connections } = await silentPort();
  const { broker, clock, types, pass } = await openSetting({ endpoint: `https://127.0.0.1:${port}` });
  const first = broker.start(guide).catch((error: unknown) => error);
  await eventually(() => connections() === 1);
  expect(await outcome(clock, first)).toMatchObject({ code: "upstream-unreachable", status: 503 });
  // The consumer may try again: nothing is in doubt.
  const second = broker.start(guide).catch((error: unknown) => error);
  await eventually(() => connections() === 2);
  expect(await outcome(clock, second)).toMatchObject({ code: "upstream-unreachable" });
  await pass(90);
  expect(types()).toEqual(["start.failed", "start.failed"]);
});

it("a start that Equos refuses after the caller was answered is reported as failed", async () => {
  const time: { clock?: ControlledClock } = {};
  const refusal = JSON.stringify({ statusCode: 402, message: "No credit left", error: "Payment Required" });
  const refuseLate = async () => {
    await new Promise<void>((resolve) => time.clock?.setTimeout(resolve, 20_000));
    return new Response(refusal, { status: 402, headers: { "content-type": "application/json" } });
  };
  const { broker, clock, types, pass } = await openSetting({ fetch: refuseLate });
  time.clock = clock;
  expect(await outcome(clock, broker.start(guide))).toMatchObject({ code: "outcome-unknown" });
  await pass(10);
  expect(types()).toEqual(["start.unknown", "start.failed"]);
});
