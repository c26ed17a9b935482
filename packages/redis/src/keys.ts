/** The names of all keys, in the order in which the scripts take them. */
const names = [
  /** Hash: id, key, sequence, recovering, joinSeen, cleaning. */
  "meta",
  /** Hash: reservation → record. */
  "records",
  /** Hash: upstream's id → reservation. */
  "conversations",
  /** Hash: digest of a token → reservation. */
  "tokens",
  /** Hash: consumer → latest delivery and live reservations. */
  "consumers",
  /** Sorted set: reservations by the time at which something is due. */
  "due",
  /** Sorted set: unknown reservations by the time until which they are held. */
  "unknown",
  /** Set: ended reservations that are still remembered. */
  "ended",
  /** Hash: meter → its latest window and what was used. */
  "meters",
  /** Sorted set: what is only forgotten (l… leases, c… consumers, e… ended, t… tombstones) by the time for it. */
  "expiry",
  /** Set: reservations whose entries could not be read, until they are told. */
  "damaged",
  /** Hash: duty → until when, and whose. */
  "leases",
  /** Hash: consumer and fingerprint → when its owner last stopped one, or its time was over. */
  "tombstones",
] as const;

/** All keys of one prefix; the braces put them into one slot of a Cluster. */
export const keysOf = (prefix: string): string[] => names.map((name) => `{${prefix}}:${name}`);
