import { type Answered, ask, type Clients } from "./clients.js";
import type { Act } from "./facts.js";
import { textField } from "./http-call.js";
import type { Random } from "./random.js";

/** What a page was given. */
export interface Held {
  readonly conversation: string;
  readonly token: string;
  readonly delivery: number | undefined;
}

export interface StartHow {
  readonly character?: "guide" | "coach";
  readonly fresh?: boolean;
  /** Goes away after so many ms, answered or not. */
  readonly patienceMs?: number;
  readonly vanishAtAnswer?: boolean;
}

/** One tab of a consumer's browser. */
export class Page {
  readonly name: string;
  readonly consumer: string;
  held: Held | undefined;
  /** Another page of the consumer was given the same conversation later. */
  stale = false;
  readonly #clients: Clients;
  readonly #random: Random;

  constructor(clients: Clients, random: Random, consumer: string, name: string) {
    this.#clients = clients;
    this.#random = random;
    this.consumer = consumer;
    this.name = name;
  }

  async start({ character, fresh, ...how }: StartHow = {}): Promise<Act> {
    const { act, result } = await this.#ask("start", {
      body: { character, fresh },
      ...how,
    });
    const token = textField(result.json, "consumerAccessToken");
    if (act.outcome === "answered" && act.conversation !== undefined && token !== undefined) {
      this.held = { conversation: act.conversation, token, delivery: act.delivery };
      this.stale = false;
    }
    return act;
  }

  /** Whether the conversation still runs, as far as the page can tell. */
  async keepAlive(): Promise<boolean> {
    const held = this.held;
    if (held === undefined) return false;
    const { act } = await this.#ask("keepalive", {
      body: { ...this.#proof(held), delivery: held.delivery },
      about: { conversation: held.conversation },
    });
    return act.status !== 404 && act.status !== 410;
  }

  async stop(): Promise<Act | undefined> {
    const held = this.held;
    if (held === undefined) return undefined;
    const delivery = held.delivery === undefined || this.#random.chance(0.3) ? {} : { delivery: held.delivery };
    const late = this.stale ? { delivery: held.delivery } : delivery;
    const { act } = await this.#ask("stop", {
      body: { ...this.#proof(held), ...late },
      about: { conversation: held.conversation, stale: this.stale },
    });
    return act;
  }

  async leave(): Promise<Act | undefined> {
    const held = this.held;
    if (held === undefined) return undefined;
    const { act } = await this.#ask("leave", {
      body: { ...this.#proof(held), delivery: held.delivery, leaving: true },
      about: { conversation: held.conversation, stale: this.stale },
    });
    return act;
  }

  /** Its conversation's token, its id, or both: each is a proof, the id because `x-user` says who asks. */
  #proof({ conversation, token }: Held): Record<string, string> {
    return this.#random.pick([{ token }, { id: conversation }, { id: conversation, token }]);
  }

  #ask(kind: Act["kind"], more: Omit<Parameters<typeof ask>[2], "kind" | "consumer" | "page">): Promise<Answered> {
    return ask(this.#clients, this.#random, { kind, consumer: this.consumer, page: this.name, ...more });
  }
}
