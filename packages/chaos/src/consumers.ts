import type { Random } from "./random.js";
import { RunOver, Visitor, type World } from "./visitor.js";
import { visits } from "./visits.js";

/** Longest wait between two visits of a consumer who comes back soon. */
const REST_MS = 1_500;
/** How often they stay away for longer than any deadline: then nobody but the broker ends what they left behind. */
const AWAY = 0.4;
const AWAY_MS = [8_000, 20_000] as const;

/** All consumers, each of whom comes again and again until the run is over. */
export async function consumers(world: World, random: Random, count: number): Promise<void> {
  const each = Array.from({ length: count }, (_, index) => {
    const consumer = `consumer-${index + 1}`;
    return comeAgain(new Visitor(world, random.fork(consumer), consumer));
  });
  await Promise.all(each);
}

async function comeAgain(visitor: Visitor): Promise<void> {
  const { world, random, consumer } = visitor;
  while (!world.over.aborted) {
    try {
      await visitor.pause(random.chance(AWAY) ? random.between(...AWAY_MS) : random.between(0, REST_MS));
      const visit = random.weighted(visits);
      world.log.add("visit", { consumer, visit: visit.name });
      await visit.run(visitor);
    } catch (error) {
      if (!(error instanceof RunOver)) throw error;
    }
  }
}
