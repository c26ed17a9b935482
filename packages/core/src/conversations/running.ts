import type { EventConsumer } from "./events.js";
import type { OpenStore } from "./open-store.js";

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
  // A consumer whose due time changes may be listed twice.
  const yielded = new Set<string>();
  for await (const { consumer, state } of store.session.list()) {
    if ("unreadable" in state) continue;
    for (const { reservation, status, conversation = "", startedAt = 0, endsAt = 0, joined } of state.records) {
      if (status !== "running" || yielded.has(reservation)) continue;
      yielded.add(reservation);
      const text = await store.textOf(consumer, reservation);
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
}
