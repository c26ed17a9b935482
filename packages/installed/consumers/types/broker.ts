import {
  type AuthorizeContext,
  ConversationBroker,
  type FetchContext,
  serveFetch,
  toFetchHandler,
} from "@equos-broker/core";
import { type ExpressContext, toExpress } from "@equos-broker/express";
import { type FastifyContext, toFastify } from "@equos-broker/fastify";
import { type NextContext, startAction, toNextHandlers } from "@equos-broker/next";
import { redisStore } from "@equos-broker/redis";
import express from "express";
import fastify from "fastify";
import { pino } from "pino";
import { input } from "./schema.js";

declare global {
  namespace Express {
    interface Request {
      user?: { id: string; plan: "free" | "paid" };
    }
  }
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <T extends true>(): T | undefined => undefined;

// Exported, so that declarations have to be written for it.
export const broker = new ConversationBroker({
  authorize: ({ native: { req } }: ExpressContext) =>
    req.user && { identity: req.user.id, name: "Ada", plan: req.user.plan },
  characters: { guide: "cha_1", coach: "cha_2" },
  input,
  conversation: ({ consumer, character, input: given }) => {
    same<Equal<typeof consumer.plan, "free" | "paid">>();
    same<Equal<typeof character, "guide" | "coach">>();
    same<Equal<typeof given, { topic: string; level: number }>>();
    return { promptCtx: given.topic };
  },
  limits: ({ consumer }) => ({ maxSeconds: consumer.plan === "paid" ? 1800 : 300 }),
});
export const app = express().use("/api/equos", toExpress(broker));

export const onFastify = new ConversationBroker({
  authorize: ({ native }: FastifyContext) => ({ identity: native.request.ip, name: "Ada" }),
});
export const server = fastify({ logger: true });
server.register(toFastify(onFastify), { prefix: "/api/equos" });
// With a level that Fastify's own type of logger does not have.
const audited = fastify({ loggerInstance: pino({ customLevels: { audit: 35 } }) });
audited.register(toFastify(onFastify, { closeOnClose: true }), { prefix: "/api/equos" });
audited.log.audit("mounted");
fastify({ http2: true }).register(toFastify(onFastify), { prefix: "/api/equos" });

const onNext = new ConversationBroker({
  authorize: ({ header }: NextContext) => ({ identity: header("x-user") ?? "", name: "Ada" }),
});
export const { POST, OPTIONS } = toNextHandlers(onNext, { waitUntil: () => undefined });
export const start = startAction(onNext);

interface Env {
  readonly SECRET: string;
}
const onWorkers = new ConversationBroker({
  authorize: ({ native: { platform } }: FetchContext<Env>) => ({ identity: platform.SECRET, name: "Ada" }),
  store: redisStore({ evalsha: async () => "", eval: async () => "" }),
});
export const worker = (request: Request, env: Env) => serveFetch(onWorkers, request, { platform: env });
// @ts-expect-error -- its authorize needs the platform
export const without = (request: Request) => serveFetch(onWorkers, request, {});
// @ts-expect-error -- as above
toFetchHandler(onWorkers);
// @ts-expect-error -- on Express its authorize would find no platform
toExpress(onWorkers);

export const neutral = new ConversationBroker({
  authorize: ({ header }: AuthorizeContext) => ({ identity: header("x-user") ?? "", name: "Ada" }),
});
toExpress(neutral);
export const handler = toFetchHandler(neutral);
