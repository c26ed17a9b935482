import type { Moved, StepRequest } from "@equos-broker/core";
import { type Books, beginStop, type Entry, entryOf } from "./books.js";

/** What runs upstream and is in no record: `running`, or `stopping` when it must not run. */
export function adopt(books: Books, request: StepRequest<"adopt">, now: number): Moved {
  const { reservation, conversation, consumer, payload, maxSeconds, elapsedMs, terms, reason } = request;
  const known = entryOf(books, reservation) ?? books.entries.find(({ record }) => record.conversation === conversation);
  if (known !== undefined) return { moved: false, record: known.record };
  const startedAt = now - elapsedMs;
  const entry: Entry = {
    record: {
      reservation,
      state: "running",
      consumer,
      fingerprint: "",
      payload,
      conversation,
      deliveries: books.deliveries.get(consumer) ?? 0,
      maxSeconds,
      reservedAt: startedAt,
      startedAt,
      endsAt: startedAt + maxSeconds * 1000,
      joined: true,
      attempts: 0,
    },
    terms,
    heldUntil: 0,
    comesUpAt: Number.POSITIVE_INFINITY,
    out: false,
    waiting: [],
    given: [],
    heard: false,
    checkedAt: now,
    charges: [],
  };
  books.entries.push(entry);
  if (reason !== undefined) beginStop(entry, reason, now);
  return { moved: true, record: entry.record };
}
