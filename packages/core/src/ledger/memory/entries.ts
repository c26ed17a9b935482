import type { Entry } from "./entry.js";

/** The memory ledger's records, found by each of their keys. */
export class Entries {
  readonly #byReservation = new Map<string, Entry>();
  /** Most have one: a list for each would take 150 bytes more. */
  readonly #byConsumer = new Map<string, Entry | readonly Entry[]>();
  readonly #byConversation = new Map<string, Entry>();
  readonly #byToken = new Map<string, Entry>();
  /** Those that count against the limit of all together. */
  readonly #active = new Set<Entry>();
  /** The highest delivery of all that was forgotten: numbers are not given twice. */
  #forgottenDeliveries = 0;

  get(reservation: string): Entry | undefined {
    return this.#byReservation.get(reservation);
  }

  byConversation(conversation: string): Entry | undefined {
    return this.#byConversation.get(conversation);
  }

  byToken(token: string): Entry | undefined {
    return this.#byToken.get(token);
  }

  /** Oldest first; one that was adopted is as old as what runs upstream. */
  liveOf(consumer: string): Entry[] {
    const live = this.#allOf(consumer).filter(({ state }) => state !== "ended");
    return live.sort((a, b) => a.reservedAt - b.reservedAt);
  }

  /** No delivery of the consumer had a higher number. */
  latestDeliveryOf(consumer: string): number {
    let latest = this.#forgottenDeliveries;
    for (const { deliveries } of this.#allOf(consumer)) latest = Math.max(latest, deliveries);
    return latest;
  }

  #allOf(consumer: string): readonly Entry[] {
    const own = this.#byConsumer.get(consumer) ?? [];
    return "reservation" in own ? [own] : own;
  }

  get size(): number {
    return this.#byReservation.size;
  }

  get active(): number {
    return this.#active.size;
  }

  all(): Iterable<Entry> {
    return this.#byReservation.values();
  }

  add(entry: Entry): void {
    this.#byReservation.set(entry.reservation, entry);
    this.#active.add(entry);
    const own = this.#allOf(entry.consumer);
    this.#byConsumer.set(entry.consumer, own.length === 0 ? entry : [...own, entry]);
  }

  /** It no longer counts against the limit of all together. */
  release(entry: Entry): void {
    this.#active.delete(entry);
  }

  /** It counts again: an unknown one was found to run. */
  count(entry: Entry): void {
    this.#active.add(entry);
  }

  /** Makes the entry known by upstream's id and, if a client has one, its token. */
  identify(entry: Entry, conversation: string, token?: string): void {
    entry.conversation = conversation;
    this.#byConversation.set(conversation, entry);
    if (token === undefined) return;
    entry.token = token;
    this.#byToken.set(token, entry);
  }

  forget(entry: Entry): void {
    this.#forgottenDeliveries = Math.max(this.#forgottenDeliveries, entry.deliveries);
    this.#byReservation.delete(entry.reservation);
    this.#active.delete(entry);
    const [first, ...others] = this.#allOf(entry.consumer).filter((each) => each !== entry);
    if (first === undefined) this.#byConsumer.delete(entry.consumer);
    else this.#byConsumer.set(entry.consumer, others.length === 0 ? first : [first, ...others]);
    if (entry.conversation !== undefined) this.#byConversation.delete(entry.conversation);
    if (entry.token !== undefined) this.#byToken.delete(entry.token);
  }
}
