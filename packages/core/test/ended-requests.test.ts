import { type BrokerEvent, type Clock, ConversationBroker, type FetchCall, serveFetch } from "@equos-broker/core";
import { type ControlledClock, type Emulator, manualClock, startEmulator } from "@equos-broker/emulator";
import { describe, expect, it, onTestFinished } from "vitest";

/** Time on a platform that ends a request together with all timers it has set, unless it was asked to wait for them. */
class PlatformClock implements Clock {
  readonly #timers = new Set<unknown>();
  constructor(readonly clock: ControlledClock) {}
  now(): number {
    return this.clock.now();
  }
  setTimeout(task: () => void, milliseconds: number): unknown {
    const timer = this.clock.setTimeout(() => {
      this.#timers.delete(timer);
      task();
    }, milliseconds);
    this.#timers.add(timer);
    return timer;
  }
  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer);
    this.clock.clearTimeout(timer);
  }
  endRequest(): void {
    for (const timer of this.#timers) this.clock.clearTimeout(timer);
    this.#timers.clear();
  }
}

interface Platform {
  readonly emulator: Emulator;
  readonly clock: ControlledClock;
  readonly events: BrokerEvent[];
  /** Serves one request. What it asks the platform to wait for is waited for, then the request ends with its timers. */
  request(action: string, body?: object, during?: () => Promise<void>): Promise<Response>;
  /** One during another one, which does not end before that. */
  visit(action: string): Promise<Response>;
  /** One whose work is never waited for. */
  lost(action: string, body?: object): Promise<void>;
  /** Its calls to Equos, from now on, never come back. */
  hang(): void;
  running(): number;
  close(): Promise<void>;
}

async function open(options: { apiKey?: () => Promise<string> } = {}): Promise<Platform> {
  const clock = manualClock();
  const platformClock = new PlatformClock(clock);
  const emulator = await startEmulator({ clock });
  const events: BrokerEvent[] = [];
  let hanging = false;
  const broker = new ConversationBroker({
    authorize: () => ({ identity: "ada", name: "Ada" }),
    apiKey: emulator.apiKey,
    endpoint: emulator.url,
    fetch: (input, init) => (hanging ? new Promise(() => undefined) : fetch(input, init)),
    characters: { guide: emulator.characterId },
    clock: platformClock,
    onEvent: (event) => void events.push(event),
    logger: { warn: () => undefined, error: () => undefined },
    ...options,
  });
  onTestFinished(async () => await emulator.close());
  const serve = (action: string, body: object, call: FetchCall) => {
    const headers = { "content-type": "application/json", "equos-client": "test" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    return serveFetch(broker, new Request(`http://shop.example/${action}`, init), call);
  };
  return {
    emulator,
    clock,
    events,
    async request(action, body = {}, during = async () => undefined) {
      const tasks: Promise<unknown>[] = [];
      const response = await serve(action, body, { waitUntil: (task) => void tasks.push(task) });
      await during();
      await Promise.all(tasks);
      platformClock.endRequest();
      return response;
    },
    visit: (action) => serve(action, {}, {}),
    async lost(action, body = {}) {
      void serve(action, body, {});
      await clock.advance(0);
      platformClock.endRequest();
    },
    hang: () => {
      hanging = !hanging;
    },
    close: () => broker.close(),
    running: () => emulator.conversations().filter(({ status }) => status === "running").length,
  };
}

describe("where timers end with the request that has set them", () => {
  it("a later call makes up for the sweep that has not come", async () => {
    const { request, clock, running } = await open();
    expect((await request("start")).status).toBe(201);
    // Nobody ever joins; by itself nothing happens here.
    await clock.advance(120_000);
    expect(running()).toBe(1);
    // Any call will do, and the request waits for what it has begun.
    expect((await request("keepalive", { id: "nobody's" })).status).toBe(404);
    await clock.advance(0);
    expect(running()).toBe(0);
  });

  it("a page that leaves is seen to by its own request, which the platform keeps until then", async () => {
    const { request, clock, running } = await open();
    const started = await request("start");
    const delivery = Number(started.headers.get("equos-delivery"));
    const leaving = await request("stop", { leaving: true, delivery }, async () => {
      expect(running()).toBe(1);
      await clock.advance(4_000);
    });
    expect(await leaving.json()).toMatchObject({ conversation: { status: "running" } });
    await clock.advance(0);
    expect(running()).toBe(0);
  });

  it("a page that comes back in time keeps its conversation", async () => {
    const { request, visit, clock, running } = await open();
    const started = await request("start");
    const delivery = Number(started.headers.get("equos-delivery"));
    await request("stop", { leaving: true, delivery }, async () => {
      await clock.advance(1_000);
      expect((await visit("start")).status).toBe(200);
      await clock.advance(4_000);
    });
    expect(running()).toBe(1);
  });

  it("a stop that died with its request is done anew by the next one", async () => {
    const { request, lost, hang, clock, running } = await open();
    await request("start");
    hang();
    await lost("stop");
    hang();
    await clock.advance(60_000);
    const stopped = await request("stop");
    expect(await stopped.json()).toMatchObject({ conversation: { status: "ended" } });
    expect(running()).toBe(0);
  });

  it("closing gives up what died with its request", async () => {
    const { request, lost, hang, close, clock } = await open();
    await request("start");
    hang();
    await lost("stop");
    hang();
    let closed = false;
    const closing = close().then(() => {
      closed = true;
    });
    for (let second = 0; second < 300 && !closed; second += 1) await clock.advance(1_000);
    await closing;
  });

  it("a key whose fetch died with its request is fetched anew", async () => {
    let fetches = 0;
    const { request, lost, emulator, clock } = await open({
      apiKey: () => {
        fetches += 1;
        return fetches === 1 ? new Promise(() => undefined) : Promise.resolve(emulatorKey());
      },
    });
    const emulatorKey = () => emulator.apiKey;
    await lost("start");
    await clock.advance(120_000);
    // Whether the lost one was sent is not known. Each call makes up for a sweep, and two of them search for it.
    const statuses: number[] = [];
    for (let call = 0; call < 3; call += 1) {
      statuses.push((await request("start")).status);
      await clock.advance(15_000);
    }
    expect(statuses).toEqual([503, 503, 201]);
    expect(fetches).toBe(2);
  });
});
