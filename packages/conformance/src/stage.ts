import type { BrokerEvent } from "@equos-broker/core";
import { type ControlledClock, type Emulator, manualClock, startEmulator } from "@equos-broker/emulator";
import { expect } from "vitest";
import type { Listeners, Settings, TestedOptions } from "./broker-under-test.js";
import { type Answer, type Call, call } from "./client.js";
import type { AnyBroker, Host, ListeningHost } from "./host.js";
import { LeakWatch } from "./leak-watch.js";
import { sentPrompt, sentVariable } from "./sent.js";
import { openStand, type Stand } from "./stand.js";
import type { ReservationOutcome } from "./watched-store.js";

/** A request that has come as far as `authorize`. */
interface Arrival {
  readonly user: string | undefined;
  /** Aborts when the broker learns that the client left. */
  readonly signal: { readonly aborted: boolean };
}

/** A host with a broker on it and the emulator behind it, all on a clock that only the test moves. */
export class Stage {
  #users = 0;

  private constructor(
    readonly host: Host,
    readonly emulator: Emulator,
    readonly clock: Pick<ControlledClock, "now" | "advance">,
    readonly watch: LeakWatch,
    readonly events: readonly BrokerEvent[],
    readonly arrivals: readonly Arrival[],
    /** What each start met in the store, in order. */
    readonly reservations: readonly ReservationOutcome[],
    private readonly stand: Stand,
  ) {}

  /** `more`: options that only a host in this process can be given. */
  static async open(host: Host, settings: Partial<Settings> = {}, more: Partial<TestedOptions> = {}): Promise<Stage> {
    const clock = manualClock();
    const emulator = await startEmulator({ clock });
    const watch = new LeakWatch();
    watch.watchConsole();
    const events: BrokerEvent[] = [];
    const arrivals: Arrival[] = [];
    const reservations: ReservationOutcome[] = [];
    const listeners: Listeners = {
      arrival: (user, signal) => arrivals.push({ user, signal }),
      reservation: (outcome) => reservations.push(outcome),
      log: (level, details, message) => watch.logger[level](details, message),
      event: (event) => {
        events.push(event);
        watch.see("event", event);
      },
    };
    const { apiKey, url: endpoint, characterId: guide } = emulator;
    const all = { apiKey, endpoint, characters: { guide }, ...settings };
    const stand = await openStand(host, all, clock, listeners, more);
    const both = {
      now: () => clock.now(),
      advance: async (ms: number) => {
        await stand.advance(ms);
        await stand.hear();
      },
    };
    return new Stage(host, emulator, both, watch, events, arrivals, reservations, stand);
  }

  /** Of a host in this process. */
  get broker(): AnyBroker {
    if (this.stand.broker === undefined) throw new Error(`The broker of ${this.host.name} is in another process`);
    return this.stand.broker;
  }

  get server(): ListeningHost {
    return this.stand.server;
  }

  /** A consumer that no other case uses. */
  newUser(): string {
    this.#users += 1;
    return `user-${this.#users}`;
  }

  url(path: string): string {
    return this.server.mount + path;
  }

  async call(path: string, request: Call): Promise<Answer> {
    const answer = await call(this.url(path), request);
    await this.stand.hear();
    // A grant goes to its owner; everything else that is answered is searched.
    if (answer.status >= 300) this.watch.see(`answer ${path}`, answer);
    else this.watch.see(`grant ${path}`, answer.text.replace(/"(consumerAccessToken|participant_token)":"[^"]+"/, ""));
    return answer;
  }

  start(user: string, body: unknown = {}, more: Call = {}): Promise<Answer> {
    const headers = { "content-type": "application/json", "x-user": user, ...more.headers };
    return this.call("/start", { body: JSON.stringify(body), ...more, headers });
  }

  /** Lets so many seconds pass, in steps that no socket falls behind. */
  async pass(seconds: number): Promise<void> {
    for (let step = 0; step < seconds * 2; step += 1) {
      await this.clock.advance(500);
      await (await fetch(`${this.emulator.url}/v3/health`)).text();
    }
  }

  /** Waits for something that sockets bring about; the test's own time limit ends it. */
  async eventually(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.stand.hear();
    }
  }

  /** Moves time on until the task is done. */
  async until<T>(task: Promise<T>): Promise<T> {
    let done = false;
    const finish = () => {
      done = true;
    };
    task.then(finish, finish);
    while (!done) {
      // There and back: whatever the sockets had under way is through before time moves on.
      await (await fetch(`${this.emulator.url}/v3/health`)).text();
      await this.clock.advance(250);
    }
    return await task;
  }

  /** Lets time pass until a sweep has stopped this user's conversation, because its response reached no client. */
  async undeliveredEnd(user: string): Promise<void> {
    const ends = () =>
      this.events.filter((event) => event.type === "conversation.ended" && event.consumer?.identity === user);
    await this.until(this.eventually(() => ends().length > 0));
    expect(ends()).toMatchObject([{ reason: "undelivered" }]);
  }

  /** What this user's starts cost upstream. */
  startsOf(user: string): number {
    return this.emulator
      .requests()
      .filter(({ operation, consumerIdentity }) => operation === "startConversation" && consumerIdentity === user)
      .length;
  }

  /** Neither the key, nor a token, nor anything of the character was shown to anybody but a token's owner. */
  expectNoLeak(): void {
    const tokens = this.emulator
      .conversations()
      .map(({ id }) => this.emulator.lastStartAnswer(id)?.consumerAccessToken)
      .filter((token) => typeof token === "string");
    const secrets = [this.emulator.apiKey, ...tokens, ...this.emulator.secretTexts, sentPrompt, sentVariable];
    // The values that a client is meant to have may stand in an answer; everything else may not.
    this.watch.see("util.inspect", [this.stand.inspected(), this.events]);
    expect(this.watch.leaks(secrets)).toEqual([]);
  }

  async close(): Promise<void> {
    this.watch.close();
    await this.server.close();
    await this.until(this.stand.closeBroker());
    await this.emulator.close();
  }
}
