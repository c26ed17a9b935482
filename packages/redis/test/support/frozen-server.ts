import { ConversationBroker } from "@equos-broker/core";
import { Redis } from "ioredis";
import { redisStore } from "../../src/index.js";

// A server of frozen.test.ts. Prints each call of the sweep to the store, and each log line.

const client = new Redis(process.env.REDIS_URL ?? "", { retryStrategy: () => 50, maxRetriesPerRequest: 0 });
client.on("error", () => undefined);
const store = redisStore(client);
const claimDue = store.claimDue.bind(store);
store.claimDue = (...args) => {
  console.log("claims");
  return claimDue(...args);
};
const print = (level: string) => (details: object, message: string) =>
  console.log(JSON.stringify({ level, message, details }));
const broker = new ConversationBroker({
  deployment: "frozen",
  secret: "a secret of more than 32 characters",
  store,
  timeouts: { storeSeconds: 1 },
  logger: { warn: print("warn"), error: print("error"), debug: print("debug") },
});
await broker.start({ consumer: { identity: "ada", name: "Ada" } });
setInterval(() => undefined, 60_000);
