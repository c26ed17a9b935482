/* Exhaustive exploration: every sequence of events of a small world, breadth first, with equal worlds merged. */
import { createHash } from "node:crypto";
import { checkWorld, eventsIn, newWorld, type Rules, Violation, type World } from "./world.js";

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Every sequence of so many events was tried. */
  readonly depth: number;
  /** The shortest sequence of events that ends in a violation, and what was violated. */
  readonly violation?: readonly string[];
}

/** How a world was reached. Keeps no world, so that a minute of exploration fits into memory. */
interface Step {
  readonly from: Step | undefined;
  readonly event: string;
}

/** Explores until `seconds` have passed, or to `maxDepth`. */
export function explore(rules: Rules, seconds: number, maxDepth = Number.POSITIVE_INFINITY): Exploration {
  const until = performance.now() + seconds * 1000;
  const seen = new Set<string>();
  let layer: { readonly world: World; readonly step: Step | undefined }[] = [
    { world: newWorld(rules), step: undefined },
  ];
  let transitions = 0;
  let depth = 0;
  while (layer.length > 0 && depth < maxDepth) {
    const next: typeof layer = [];
    for (const { world: before, step } of layer) {
      if (performance.now() > until) return { states: seen.size, transitions, depth };
      for (const { name, apply } of eventsIn(before, rules)) {
        transitions += 1;
        try {
          const world = tidy(apply(before));
          checkWorld(world, rules);
          const key = canonical(world);
          if (seen.has(key)) continue;
          seen.add(key);
          next.push({ world, step: { from: step, event: name } });
        } catch (error) {
          if (!(error instanceof Violation)) throw error;
          return { states: seen.size, transitions, depth, violation: [...trace(step), name, `→ ${error.message}`] };
        }
      }
    }
    layer = next;
    depth += 1;
  }
  return { states: seen.size, transitions, depth };
}

function trace(last: Step | undefined): string[] {
  const events: string[] = [];
  for (let step = last; step !== undefined; step = step.from) events.unshift(step.event);
  return events;
}

/** Forgets what can make no difference any more: conversations that are over and that no start or page refers to. */
function tidy(world: World): World {
  const inUse = new Set([
    ...world.callers.flatMap(({ id, conversation, waitedFor }) => [id, conversation, waitedFor]),
    ...world.pages.map(({ holds }) => holds?.conversation),
    ...world.mail.map(({ conversation }) => conversation),
  ]);
  const records = world.state.records.filter(
    ({ announcedAt, reservation, conversation }) =>
      announcedAt === undefined || inUse.has(reservation) || (conversation !== undefined && inUse.has(conversation)),
  );
  const known = new Set(records.map(({ reservation }) => reservation));
  const equos = world.equos.filter(
    ({ running, reservation }) => running || known.has(reservation) || inUse.has(reservation),
  );
  return { ...world, state: { ...world.state, records }, equos };
}

const TIMES = /^(now|since|aliveUntil|at|.+At|.+By|.+Until)$/;
const GENERATIONS = /^(generation|delivered|confirmed|left|firstGeneration)$/;
/** Times further in the past than this, in ms, make no difference. */
const LONG_AGO = -20_000;

/** Equal for worlds that behave alike: times count from now, generations by their order, ids by their first mention. */
function canonical(world: World): string {
  const { core: _, ids: __, settled: ___, ...compared } = world;
  const generations = new Set<number>();
  JSON.stringify(compared, (key, value) => {
    if (GENERATIONS.test(key) && typeof value === "number") generations.add(value);
    return value;
  });
  const ranks = new Map([...generations].sort((a, b) => a - b).map((generation, rank) => [generation, rank]));
  const visits = world.pages.map(({ visit }) => visit);
  const text = JSON.stringify(compared, (key, value) => {
    if (typeof value !== "number") return value;
    if (GENERATIONS.test(key)) return value === 0 ? 0 : ranks.get(value);
    if (TIMES.test(key)) return Math.max(value - world.now, LONG_AGO);
    return key === "visit" ? Math.min(...visits.map((visit) => Math.abs(visit - value))) : value;
  });
  const ids = new Map<string, number>();
  const normalised = text.replace(/r\d+/g, (id) => {
    if (!ids.has(id)) ids.set(id, ids.size);
    return `r${ids.get(id)}`;
  });
  // The text of a world has about 1.5 kB, its hash 24.
  return createHash("md5").update(normalised).digest("base64");
}
