import type { Entry } from "./entry.js";

/** Hand-overs whose takers are remembered, so that a start that is sent again is not given another one. */
const REMEMBERED = 16;

export function handOver(entry: Entry, caller: string, number: number): void {
  // concat makes an array of this very length, a spread one with room for 17.
  const given = entry.given.concat({ number, caller, reachedNobody: false });
  const [oldest] = given;
  const full = given.length > REMEMBERED;
  if (full && oldest !== undefined && !oldest.reachedNobody) entry.reachedBefore = oldest.number;
  entry.given = full ? given.slice(1) : given;
  entry.deliveries = number;
}

/** The number that this caller was given, if it is one of the latest that were. */
export function givenTo({ given }: Entry, caller: string): number | undefined {
  return given.findLast((one) => one.caller === caller)?.number;
}

export function noteReachedNobody(entry: Entry, number: number): void {
  entry.given = entry.given.map((one) => (one.number === number ? { ...one, reachedNobody: true } : one));
}

/** Whether all hand-overs after this number are known to have reached nobody. */
function noneReachedSince({ reachedBefore = 0, given }: Entry, number: number): boolean {
  return reachedBefore <= number && given.every((one) => one.number <= number || one.reachedNobody);
}

/** The same, and no keep-alive came. */
const nobodySince = (entry: Entry, number: number): boolean => !entry.held && noneReachedSince(entry, number);

const nobodyWaits = ({ waiting }: Entry): boolean => (waiting?.size ?? 0) === 0;

/** Whether all grants that were handed out are known to have reached nobody, and nobody waits for one. */
export function reachedNobody(entry: Entry): boolean {
  return entry.given.length > 0 && nobodyWaits(entry) && nobodySince(entry, 0);
}

/** Whether everybody that came after the leave is known to have got nothing, and nobody waits. */
export function onlyLeft(entry: Entry): boolean {
  return entry.putOff !== undefined && nobodyWaits(entry) && nobodySince(entry, entry.putOff.delivery);
}

/** The word of a page that is not, or no longer, the one with the grant. */
export function isOutdated(entry: Entry, delivery: number | undefined): boolean {
  if (delivery === undefined || delivery === entry.deliveries) return false;
  // Numbers between this conversation's own may be those of another one of the consumer.
  const isIts = delivery === entry.reachedBefore || entry.given.some(({ number }) => number === delivery);
  return !isIts || !noneReachedSince(entry, delivery);
}
