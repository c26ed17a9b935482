import { atMost, type Figure, microseconds, ratio, told } from "./figure.js";
import { published } from "./published.js";
import { hasRedisServer, withRedis } from "./redis-server.js";
import type { Scale } from "./scale.js";
import type { Section } from "./section.js";
import { contest, type Standing, type Standings } from "./servers/contest.js";
import { bareRefusals, carefulExpress, docsExpress, limit, type Operation, ours, rivals } from "./servers/rivals.js";
import type { Table } from "./table.js";

/** Whole servers beside each other, as teams run them: what a broker with every guard costs, and what it is compared with. */
export const servers: Section = {
  name: "servers",
  title:
    "Servers with every guard, and what else one may write: load, server and Equos in processes of their own, in turn",
  needsHeap: false,
  // Most of it is worth having without.
  needsRedis: false,
  async measure(scale, say, show) {
    await published(["@equos-broker/express", "@equos-broker/fastify", "@equos-broker/redis"], say);
    const all = await standings(scale, say);
    for (const table of tables(all)) show(table);
    return figures(all);
  },
};

async function standings({ servers: scale }: Scale, say: (progress: string) => void): Promise<Standings> {
  if (hasRedisServer()) return await withRedis((redisPort) => contest(rivals, { ...scale, redisPort, say }));
  const inMemory = rivals.filter(({ needsRedis }) => !needsRedis);
  return await contest(inMemory, { ...scale, redisPort: undefined, say });
}

/** An operation, how a table of it is called, and to what its ratios are. */
const operations: readonly (readonly [operation: Operation, title: string, rival: string, its: Operation])[] = [
  ["start", "A start", docsExpress, "start"],
  ["stop", "A stop", docsExpress, "stop"],
  // Nobody but the broker takes up a conversation that runs, or limits anything.
  ["resume", "A resume less than 5 s after the last one: the store is called", ours.fastify, "start"],
  ["first resume", "A resume after more than 5 s: Equos is asked, too", ours.fastify, "start"],
  ["401", "A refusal, 401", bareRefusals.express, "401"],
  ["429", "A refusal, 429, by a limit in the store", bareRefusals.express, "401"],
];

function tables(all: Standings): Table[] {
  return operations.map(([operation, title, rival, its]) => {
    const base = all.get(rival)?.get(its);
    const rows = [...all].flatMap(([name, each]) => {
      const standing = each.get(operation);
      return standing === undefined || base === undefined ? [] : [{ name, values: valuesOf(standing, base) }];
    });
    return { title, note: `× is to ${rival}: ${its}`, what: "server", columns, rows };
  });
}

const columns = [
  { title: "CPU µs", digits: 0 },
  { title: "×", digits: 2 },
  { title: "requests/s", digits: 0 },
  { title: "×", digits: 2 },
  { title: "p99 ms", digits: 1 },
  { title: "×", digits: 2 },
];

const valuesOf = ({ cpu, perSecond, p99 }: Standing, base: Standing): number[] => [
  ...[cpu * 1000, cpu / base.cpu],
  ...[perSecond, perSecond / base.perSecond],
  ...[p99, p99 / base.p99],
];

type Side = readonly [rival: string, operation: Operation];

/** Both sides of a ratio of CPU time, and how much it may be. */
const targets: readonly (readonly [what: string, own: Side, other: Side, max: number])[] = [
  ["start: Express over the docs' route, Express", [ours.express, "start"], [docsExpress, "start"], 0.5],
  ["start: Express over a careful route, Express", [ours.express, "start"], [carefulExpress, "start"], 1.3],
  ["start: Fastify over the docs' route, Express", [ours.fastify, "start"], [docsExpress, "start"], 0.35],
  ["start: Fastify over the limit, bare node:http", [ours.fastify, "start"], [limit, "start"], 2],
  ["start: Express, Redis store over memory store", [ours.expressRedis, "start"], [ours.express, "start"], 1.8],
  ["start: Fastify, Redis store over memory store", [ours.fastifyRedis, "start"], [ours.fastify, "start"], 1.8],
  ["resume over start: Fastify", [ours.fastify, "resume"], [ours.fastify, "start"], 0.5],
  ["401: Express over a route that only refuses", [ours.express, "401"], [bareRefusals.express, "401"], 1.3],
  ["401: Fastify over a route that only refuses", [ours.fastify, "401"], [bareRefusals.fastify, "401"], 1.3],
];

function figures(all: Standings): Figure[] {
  const lines = targets.flatMap(([what, own, other, max]) => {
    const [mine, theirs] = [own, other].map(([rival, operation]) => all.get(rival)?.get(operation)?.cpu);
    if (mine === undefined || theirs === undefined) return [];
    const detail = `  (${microseconds(mine)} against ${microseconds(theirs)})`;
    return [atMost(`CPU per ${what}`, mine / theirs, max, ratio, detail)];
  });
  return hasRedisServer() ? lines : [...lines, told("Redis store", "left out, redis-server is not on the path")];
}
