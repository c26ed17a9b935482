import type { LedgerClaim, Unclaimed } from "../claim.js";
import type { Entries } from "./entries.js";
import type { Entry } from "./entry.js";

/** The entry that a claim names, by the rules of `LedgerClaim`. */
export function claimed(entries: Entries, claim: LedgerClaim): Entry | Unclaimed {
  const { reservation, token, conversation, consumer } = claim;
  if (reservation !== undefined) return entries.get(reservation) ?? none;
  if (token !== undefined) {
    const entry = entries.byToken(token);
    return entry === undefined || (conversation ?? entry.conversation) !== entry.conversation ? none : entry;
  }
  if (conversation !== undefined) {
    const entry = entries.byConversation(conversation);
    return entry === undefined || (consumer ?? entry.consumer) !== entry.consumer ? none : entry;
  }
  return consumer === undefined ? none : onlyOneOf(entries, consumer);
}

const none: Unclaimed = { claim: "none" };

function onlyOneOf(entries: Entries, consumer: string): Entry | Unclaimed {
  const live = entries.liveOf(consumer);
  const present = live.filter(({ state }) => state === "reserved" || state === "running");
  const [entry, second] = present.length > 0 ? present : live.filter(({ state }) => state === "stopping");
  if (entry === undefined) return none;
  if (second !== undefined) return { claim: "several" };
  if (entry.state !== "reserved") return entry;
  return { claim: "in-flight", reservation: entry.reservation, delivery: entries.latestDeliveryOf(consumer) + 1 };
}
