import { recordsOf } from "./context.js";
import type { EventConsumer } from "./events.js";
import type { OpenStore } from "./open-store.js";
import { consumerOf } from "./upstream-name.js";

/** A conversation that runs, as the store records it. */
export interface RunningConversation {
  /** Equos' id. */
  readonly id: string;
  /** `undefined` if the sealed text cannot be read. */
  readonly consumer: EventConsumer | undefined;
  /** Alias; `undefined` likewise, and for an imported conversation. */
  readonly character: string | undefined;
  readonly startedAt: Date;
  /** When Equos ends it at the latest. */
  readonly endsAt: Date;
  /** Whether Equos or the page has reported a consumer in it. */
  readonly joined: boolean;
}

/** Yields each running conversation once. */
export async function* runningConversations(store: OpenStore): AsyncGenerator<RunningConversation, void, undefined> {
  const yielded = new Set<string>();
  for await (const { reservation, status, conversation = "", startedAt = 0, endsAt = 0, joined } of recordsOf(store)) {
    if (status !== "running" || yielded.has(reservation)) continue;
    yielded.add(reservation);
    const text = await store.textOf(consumerOf(reservation), reservation);
    yield {
      id: conversation,
      consumer: text?.consumer,
      character: text?.character || undefined,
      startedAt: new Date(startedAt),
      endsAt: new Date(endsAt),
      joined: joined === true,
    };
  }
}
