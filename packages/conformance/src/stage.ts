import * as core from "@equos-broker/core";
import {
  type AuthorizeContext,
  type BrokerEvent,
  type BrokerOptions,
  ConversationBroker,
  type Ledger,
  memoryLedger,
  type ReserveOutcome,
} from "@equos-broker/core";
import { type Emulator, type ManualClock, manualClock, startEmulator } from "@equos-broker/emulator";
import { expect } from "vitest";
import { type Answer, type Call, call } from "./client.js";
import type { Host, ListeningHost } from "./host.js";
import { LeakWatch } from "./leak-watch.js";
import { sentPrompt, sentVariable } from "./sent.js";
import { watchedLedger } from "./watched-ledger.js";

type Options = BrokerOptions<unknown, { identity: string; name: string }, string, unknown>;

/** What `authorize` does, by the header `x-user`. */
async function authorize({ header }: AuthorizeContext): Promise<{ identity: string; name: string } | null> {
  const user = header("x-user");
  switch (user) {
    case undefined:
      return null;
    case "throws":
      throw new Error(`no database for ${header("cookie") ?? "nobody"}`);
    case "throws-403":
      throw Object.assign(new Error("banned"), { statusCode: 403 });
    case "never":
      return await new Promise(() => undefined);
    case "undefined-identity":
      return { identity: "undefined", name: "Nobody" };
    case "control-identity":
      return { identity: "a\u0000b", name: "Nobody" };
    default:
      return { identity: user, name: "Ada" };
  }
}

/** A request that has come as far as `authorize`. */
interface Arrival {
  readonly user: string | undefined;
  /** Aborts when the broker learns that the client left. */
  readonly signal: AbortSignal;
}

/** A host with a broker on it and the emulator behind it, all on a clock that only the test moves. */
export class Stage {
  #users = 0;

  private constructor(
    readonly host: Host,
    readonly emulator: Emulator,
    readonly clock: ManualClock,
    readonly watch: LeakWatch,
    readonly events: readonly BrokerEvent[],
    readonly broker: ConversationBroker,
    readonly server: ListeningHost,
    readonly arrivals: readonly Arrival[],
    /** What the ledger said to each reservation, in order. */
    readonly reservations: readonly ReserveOutcome["outcome"][],
    readonly ledger: Ledger,
  ) {}

  static async open(host: Host, options: Partial<Options> = {}): Promise<Stage> {
    const clock = manualClock();
    const emulator = await startEmulator({ clock });
    const watch = new LeakWatch();
    watch.watchConsole();
    const events: BrokerEvent[] = [];
    const arrivals: Arrival[] = [];
    const reservations: ReserveOutcome["outcome"][] = [];
    const ledger = watchedLedger(memoryLedger({ clock }), ({ outcome }) => reservations.push(outcome));
    const broker = new ConversationBroker({
      authorize: (context: AuthorizeContext) => {
        arrivals.push({ user: context.header("x-user"), signal: context.signal });
        return authorize(context);
      },
      apiKey: emulator.apiKey,
      endpoint: emulator.url,
      characters: { guide: emulator.characterId },
      conversation: () => ({ promptCtx: sentPrompt, promptTemplateVars: { plan: sentVariable } }),
      clock,
      ledger,
      logger: watch.logger,
      onEvent: (event) => {
        events.push(event);
        watch.see("event", event);
      },
      ...options,
    });
    // The stage's authorize and characters do not depend on the broker's type parameters.
    const mounted = broker as unknown as ConversationBroker;
    return new Stage(
      host,
      emulator,
      clock,
      watch,
      events,
      mounted,
      await host.listen(mounted),
      arrivals,
      reservations,
      ledger,
    );
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
    this.watch.see("util.inspect", [core, this.broker, this.ledger, this.server, this.events]);
    expect(this.watch.leaks(secrets)).toEqual([]);
  }

  async close(): Promise<void> {
    this.watch.close();
    await this.server.close();
    await this.until(this.broker.close());
    await this.emulator.close();
  }
}
