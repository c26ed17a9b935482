export const dynamic = "force-dynamic";

/** How many timers of each delay are set; `instrumentation.ts` counts them. */
export function GET() {
  // There only when COUNT_TIMERS is set.
  const { liveTimers } = globalThis as { liveTimers?: ReadonlyMap<unknown, number> };
  const counts: Record<string, number> = {};
  for (const delay of liveTimers?.values() ?? []) counts[delay] = (counts[delay] ?? 0) + 1;
  return Response.json(counts);
}
