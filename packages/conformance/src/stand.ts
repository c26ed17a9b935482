import * as core from "@equos-broker/core";
import type { ControlledClock } from "@equos-broker/emulator";
import { brokerUnderTest, type Listeners, type Settings, type TestedOptions } from "./broker-under-test.js";
import type { AnyBroker, Host, ListeningHost, LocalHost, RemoteHost } from "./host.js";

/** A broker that serves, here or elsewhere. */
export interface Stand {
  readonly server: ListeningHost;
  /** Where it is in this process. */
  readonly broker?: AnyBroker;
  /** Moves the broker's time and Equos'. */
  advance(ms: number): Promise<void>;
  /** Passes on what the listeners have not been told yet. */
  hear(): Promise<void>;
  /** Whatever of it can be printed, to look for secrets in. */
  inspected(): unknown;
  closeBroker(): Promise<void>;
}

export async function openStand(
  host: Host,
  settings: Settings,
  clock: ControlledClock,
  listeners: Listeners,
  more: Partial<TestedOptions>,
): Promise<Stand> {
  return "listen" in host
    ? await here(host, settings, clock, listeners, more)
    : await elsewhere(host, settings, clock, listeners);
}

async function here(
  host: LocalHost,
  settings: Settings,
  clock: ControlledClock,
  listeners: Listeners,
  more: Partial<TestedOptions>,
): Promise<Stand> {
  const { broker, store } = brokerUnderTest(settings, clock, listeners, more);
  const server = await host.listen(broker);
  return {
    server,
    broker,
    advance: (ms) => clock.advance(ms),
    hear: async () => undefined,
    inspected: () => [core, broker, store, server],
    closeBroker: () => broker.close(),
  };
}

/** The longest step that both clocks take one after the other, in ms. */
const STEP_MS = 500;

async function elsewhere(
  host: RemoteHost,
  settings: Settings,
  clock: ControlledClock,
  listeners: Listeners,
): Promise<Stand> {
  const there = await host.open(settings, clock.now(), listeners);
  return {
    server: there,
    async advance(ms) {
      let left = ms;
      do {
        const step = Math.min(left, STEP_MS);
        await clock.advance(step);
        await there.advance(step);
        left -= step;
      } while (left > 0);
    },
    hear: () => there.hear(),
    inspected: () => there.printed(),
    closeBroker: () => there.closeBroker(),
  };
}
