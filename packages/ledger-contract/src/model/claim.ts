import type { LedgerClaim, Unclaimed } from "@equos-broker/core";
import { type Books, type Entry, entriesOf, entryOf, isIn } from "./books.js";
import { nextDelivery } from "./deliveries.js";

const none: Unclaimed = { claim: "none" };

/** The entry that a claim names, or what the claim comes to instead. */
export function claimed(books: Books, claim: LedgerClaim): Entry | Unclaimed {
  if (claim.reservation !== undefined) return entryOf(books, claim.reservation) ?? none;
  if (claim.token === undefined && claim.conversation === undefined) {
    return claim.consumer === undefined ? none : onlyOne(books, claim.consumer);
  }
  const agrees = ({ token, record }: Entry): boolean =>
    (claim.token === undefined || claim.token === token) &&
    (claim.conversation === undefined || claim.conversation === record.conversation) &&
    (claim.consumer === undefined || claim.consumer === record.consumer);
  return books.entries.find(agrees) ?? none;
}

export function isEntry(found: Entry | Unclaimed): found is Entry {
  return !("claim" in found);
}

/** A consumer alone: its only conversation. */
function onlyOne(books: Books, consumer: string): Entry | Unclaimed {
  const own = entriesOf(books, consumer);
  const now = own.filter((entry) => isIn(entry, "reserved", "running"));
  const [first, ...more] = now.length > 0 ? now : own.filter((entry) => isIn(entry, "stopping"));
  if (first === undefined) return none;
  if (more.length > 0) return { claim: "several" };
  if (!isIn(first, "reserved")) return first;
  const { reservation } = first.record;
  return { claim: "in-flight", reservation, delivery: nextDelivery(books, consumer) };
}
