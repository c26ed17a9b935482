import { type BrokerEvent, type ConversationStore, type Limits, memoryStore } from "@equos-broker/core";
import { redisStore } from "@equos-broker/redis";
import { createClient } from "redis";
import { apiKey, characterId, endpoint, redis } from "./serving.js";
import type { User } from "./user.js";

/** So long a window that none of them ends while it is measured. */
const MONTH = 31 * 86_400;
/** More than one run can use up. */
const PLENTY = 1_000_000_000;

async function openStore(): Promise<ConversationStore> {
  if (redis === undefined) return memoryStore();
  const client = createClient({ socket: { host: "127.0.0.1", port: redis.port } }).on("error", () => undefined);
  await client.connect();
  return redisStore(client, { prefix: redis.prefix });
}

const limitsOf = ({ consumer }: { readonly consumer: User }): Limits => ({
  maxSeconds: 3600,
  perConsumer: {
    active: 1,
    starts: { max: consumer.plan === "spent" ? 1 : 1000, perSeconds: MONTH },
    seconds: { max: PLENTY, perSeconds: MONTH },
  },
  perIp: { starts: { max: PLENTY, perSeconds: MONTH } },
  overall: { active: 100_000, seconds: { max: PLENTY, perSeconds: MONTH } },
});

/** What a team would bill from. */
const counted = new Map<BrokerEvent["type"], number>();

/** Everything that the broker can guard, on; what is not named here is on by itself, as one conversation per consumer is. */
export const guards = {
  apiKey,
  endpoint,
  characters: { guide: characterId },
  conversation: ({ consumer }: { readonly consumer: User }) => ({ promptCtx: `The user's plan is ${consumer.plan}.` }),
  limits: limitsOf,
  allowedOrigins: ["https://shop.example"],
  deployment: "shop-benchmark",
  // Only what is shared is sealed.
  secret: "a secret of the benchmark that seals nothing real",
  store: await openStore(),
  onEvent: ({ type }: BrokerEvent) => void counted.set(type, (counted.get(type) ?? 0) + 1),
};
