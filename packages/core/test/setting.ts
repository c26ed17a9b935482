import {
  type AuthorizeContext,
  type BrokerEvent,
  type BrokerOptions,
  ConversationBroker,
  type ConversationStore,
  memoryStore,
} from "@equos-broker/core";
import {
  type ControlledClock,
  type Emulator,
  type EmulatorOptions,
  manualClock,
  startEmulator,
} from "@equos-broker/emulator";
import { onTestFinished } from "vitest";

type Options = BrokerOptions<unknown, { identity: string; name: string }, string, unknown>;

export interface Setting {
  readonly emulator: Emulator;
  readonly clock: ControlledClock;
  readonly broker: ConversationBroker<unknown, { identity: string; name: string }, string, unknown>;
  readonly events: readonly BrokerEvent[];
  readonly log: readonly { readonly message: string; readonly details: object }[];
  /**
   * Lets so many seconds of the clock pass, one by one, each with the sockets' work done before the next: a request
   * to the emulator and back comes after whatever was on its way before it.
   */
  pass(seconds: number): Promise<void>;
  /** Event types so far, in order. */
  types(): string[];
  running(): string[];
}

/** There and back: whatever the sockets of this process had under way before it is through. */
async function roundTrip(url: string): Promise<void> {
  const answer = await fetch(`${url}/v3/health`).catch(() => undefined);
  await answer?.text();
}

const settling = new WeakMap<ControlledClock, () => Promise<void>>();

/** A broker without HTTP, the emulator behind it, and a clock for both that only the test moves. */
export async function openSetting(options: Partial<Options> = {}, emulation: EmulatorOptions = {}): Promise<Setting> {
  const clock = manualClock();
  const emulator = await startEmulator({ clock, ...emulation });
  onTestFinished(async () => await emulator.close());
  const settle = async () => {
    for (let round = 0; round < 3; round += 1) await roundTrip(emulator.url);
  };
  settling.set(clock, settle);
  const events: BrokerEvent[] = [];
  const log: { message: string; details: object }[] = [];
  const note = (details: object, message: string) => void log.push({ message, details });
  const broker = new ConversationBroker<unknown, { identity: string; name: string }, string, unknown>({
    authorize: ({ header }: AuthorizeContext) => ({ identity: header("x-user") ?? "", name: "Ada" }),
    apiKey: emulator.apiKey,
    endpoint: emulator.url,
    characters: { guide: "cha_emulator_guide", coach: "cha_emulator_coach" },
    clock,
    logger: { warn: note, error: note },
    onEvent: (event) => void events.push(event),
    deployment: "test",
    ...options,
  });
  return {
    emulator,
    clock,
    broker,
    events,
    log,
    async pass(seconds) {
      for (let second = 0; second < seconds; second += 1) {
        await clock.advance(1000);
        await settle();
      }
    },
    types: () => events.map(({ type }) => type),
    running: () =>
      emulator
        .conversations()
        .filter(({ status }) => status === "running")
        .map(({ id }) => id),
  };
}

/** Returns a memory store that says that it is shared. */
export function sharedStore(clock: ControlledClock): ConversationStore {
  const inner = memoryStore({ clock });
  return {
    shared: true,
    open: (proposal) => inner.open(proposal),
    load: (query, context) => inner.load(query, context),
    save: (change, context) => inner.save(change, context),
    claimDue: (options, context) => inner.claimDue(options, context),
    list: (cursor, context) => inner.list(cursor, context),
    acquireLease: (name, owner, ms, context) => inner.acquireLease(name, owner, ms, context),
    updateMeta: (change, context) => inner.updateMeta(change, context),
  };
}

export const ada = { identity: "ada", name: "Ada" };
export const ben = { identity: "ben", name: "Ben" };

/** Moves time on, never past the sockets' work, until the task is done; gives its value or its error. */
export async function outcome<T>(clock: ControlledClock, task: Promise<T>): Promise<T | unknown> {
  let done = false;
  const settled = task.then(
    (value) => {
      done = true;
      return value;
    },
    (error: unknown) => {
      done = true;
      return error;
    },
  );
  await settling.get(clock)?.();
  while (!done) {
    await clock.advance(250);
    await settling.get(clock)?.();
  }
  return await settled;
}

export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
