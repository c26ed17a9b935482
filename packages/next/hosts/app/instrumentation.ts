/** Counts the timers that are set and not done, by their delay: what a broker that was replaced leaves behind. */
export function register() {
  if (process.env.NEXT_RUNTIME !== "nodejs" || process.env.COUNT_TIMERS === undefined) return;
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const live = new Map<unknown, number>();
  const counted = (task: (...args: unknown[]) => void, delay = 0, ...args: unknown[]) => {
    const handle = set(() => {
      live.delete(handle);
      task(...args);
    }, delay);
    live.set(handle, delay);
    return handle;
  };
  const uncounted = (handle: Parameters<typeof clear>[0]) => {
    live.delete(handle);
    clear(handle);
  };
  Object.assign(globalThis, { setTimeout: counted, clearTimeout: uncounted, liveTimers: live });
}
