/** From and to, in ms; `from <= to`. */
export type Interval = readonly [from: number, to: number];

/** The same time, as intervals that neither overlap nor touch, in order. */
export function union(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** What is in `whole` and in none of the intervals. */
export function gaps([from, to]: Interval, intervals: readonly Interval[]): Interval[] {
  const left: Interval[] = [];
  let at = from;
  for (const [start, end] of union(intervals)) {
    if (end <= at) continue;
    if (start >= to) break;
    if (start > at) left.push([at, start]);
    at = end;
  }
  if (at < to) left.push([at, to]);
  return left;
}

/** How much of `[from, to]` is in any of the intervals. */
export function overlap(intervals: readonly Interval[], from: number, to: number): number {
  return union(intervals).reduce(
    (sum, [start, end]) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)),
    0,
  );
}

/** The interval that this moment is in. */
export function containing(intervals: readonly Interval[], at: number): Interval | undefined {
  return intervals.find(([from, to]) => from <= at && at < to);
}
