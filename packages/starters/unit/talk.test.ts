import type { Started, StartRequest } from "@equos-broker/client";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import type { RoomEvents } from "../../../examples/express/web/talk/room.js";
import { Talk } from "../../../examples/express/web/talk/talk.js";

const requests: StartRequest[] = [];
/** How often the page asked for the end of a conversation. */
let stops = 0;
/** The rooms that the page was on its way into: what each tells, and how it lets the page in. */
const doors: { readonly events: RoomEvents; open(): void }[] = [];

vi.mock("@equos-broker/client", () => ({
  Problem: class {},
  createEquos: () => {
    const equos = {
      current: undefined as Started | undefined,
      async start(request: StartRequest = {}) {
        requests.push(request);
        const character = { name: "Guide", livekitIdentity: "avatar" };
        const times = { maxSeconds: 600, startedAt: new Date().toISOString() };
        const conversation = {
          id: "1",
          status: "running" as const,
          serverUrl: "wss://rooms.example",
          character,
          ...times,
        };
        const resumed = request.fresh !== true;
        equos.current = { grant: { conversation, consumerAccessToken: "t" }, resumed, delivery: 1, clockAheadMs: 0 };
        return equos.current;
      },
      joined: () => undefined,
      leave: () => {
        equos.current = undefined;
      },
      async stop() {
        stops += 1;
        equos.current = undefined;
      },
    };
    return equos;
  },
}));

vi.mock("../../../examples/express/web/talk/room.js", () => ({
  joinRoom: (_grant: unknown, _stage: unknown, _mode: unknown, events: RoomEvents) =>
    new Promise((resolve) => {
      doors.push({
        events,
        open: () => resolve({ setMicrophone: async () => undefined, leave: async () => undefined }),
      });
    }),
}));

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  requests.length = 0;
  doors.length = 0;
  stops = 0;
});

/** Whatever is not waiting for time is done. */
const settled = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

/** A page after a reload, on its way into the room that it was in before. */
async function reloaded() {
  const talk = new Talk();
  // Nothing is shown: no track arrives.
  talk.showOn({} as Parameters<Talk["showOn"]>[0]);
  void talk.start();
  await settled();
  const [door] = doors;
  if (door === undefined) throw new Error("The page went into no room");
  return { talk, ...door };
}

it("a character that leaves while a reloaded page is on its way into the room: starts anew", async () => {
  const { talk, events, open } = await reloaded();
  events.arrived();
  events.gone();
  open();
  await settled(4_000);
  expect(requests).toEqual([{ fresh: false }, { fresh: true }]);
  doors[1]?.events.arrived();
  expect([talk.snapshot().phase, talk.snapshot().trouble, stops]).toEqual(["talking", undefined, 0]);
});

it.each([
  [5_999, "starting anew", 2, 0],
  [6_000, "leaving", 1, 1],
])("a character that leaves %d ms after a reloaded page has come means %s", async (later, _, starts, stopped) => {
  const { events, open } = await reloaded();
  events.arrived();
  open();
  await settled(later);
  events.gone();
  await settled(4_000);
  expect([requests.length, stops]).toEqual([starts, stopped]);
});
