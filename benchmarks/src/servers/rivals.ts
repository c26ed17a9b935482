/** What a server is asked to do while it is measured. */
export type Operation = "start" | "stop" | "resume" | "first resume" | "401" | "429";

/** A server that is measured. */
export interface Rival {
  readonly name: string;
  /** Of this folder; it runs in a process of its own. */
  readonly program: string;
  /** What it does, by the status that it then answers. */
  readonly does: Readonly<Partial<Record<Operation, number>>>;
  readonly needsRedis?: boolean;
}

const written = { start: 200, stop: 200 };
const guarded = { start: 201, stop: 200, "first resume": 200, resume: 200, "401": 401, "429": 429 };

export const limit = "the limit: bare node:http";
export const docsExpress = "the docs' route, Express";
export const carefulExpress = "a careful route, Express";
export const bareRefusals = {
  express: "an Express route that only refuses",
  fastify: "a Fastify route that only refuses",
};
export const ours = {
  express: "toExpress",
  fastify: "toFastify",
  fetch: "toFetchHandler, on Hono",
  node: "toNodeHandler",
  expressRedis: "toExpress, Redis store",
  fastifyRedis: "toFastify, Redis store",
};

/** In the order of the tables. */
export const rivals: readonly Rival[] = [
  { name: limit, program: "limit", does: { start: 201, stop: 201 } },
  { name: docsExpress, program: "docs-express", does: written },
  { name: "the docs' route, Fastify", program: "docs-fastify", does: written },
  { name: "the docs' route, Hono", program: "docs-hono", does: written },
  { name: "tRPC, Express", program: "trpc-express", does: { ...written, "401": 401 } },
  { name: carefulExpress, program: "careful-express", does: { start: 201, stop: 200, "401": 401 } },
  { name: bareRefusals.express, program: "refusing-express", does: { "401": 401 } },
  { name: bareRefusals.fastify, program: "refusing-fastify", does: { "401": 401 } },
  { name: ours.express, program: "broker-express", does: guarded },
  { name: ours.fastify, program: "broker-fastify", does: guarded },
  { name: ours.node, program: "broker-node", does: guarded },
  { name: ours.fetch, program: "broker-fetch", does: guarded },
  { name: ours.expressRedis, program: "broker-express", does: guarded, needsRedis: true },
  { name: ours.fastifyRedis, program: "broker-fastify", does: guarded, needsRedis: true },
];
