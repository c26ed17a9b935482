import { env } from "cloudflare:workers";
import { ConversationBroker, cronHandler, serveFetch } from "@equos-broker/core";
import { redisStore } from "@equos-broker/redis";
import { Redis } from "@upstash/redis/cloudflare";

const redis = new Redis({ url: env.REDIS_URL, token: env.REDIS_TOKEN, enableAutoPipelining: false });

// Made once for all requests of an isolate: it does nothing before the first one.
const broker = new ConversationBroker({
  authorize: ({ header, native: { platform } }) => {
    const user = header("x-user");
    return user && { identity: `${platform.SHOP}/${user}`, name: "Ada" };
  },
  apiKey: env.EQUOS_API_KEY,
  endpoint: env.EQUOS_ENDPOINT,
  characters: { guide: env.EQUOS_CHARACTER_ID },
  store: redisStore(redis),
  secret: env.BROKER_SECRET,
  deployment: "shop-workers",
  joinWithinSeconds: 1,
  leaveGraceSeconds: 1,
});
const cron = cronHandler(broker, { secret: env.CRON_SECRET });

// What a team gets that keeps the default: refused, because each isolate would have a store of its own.
const forgetful = new ConversationBroker({
  authorize: () => ({ identity: "ada", name: "Ada" }),
  apiKey: env.EQUOS_API_KEY,
  characters: { guide: env.EQUOS_CHARACTER_ID },
});

export default {
  fetch(request, bindings, context) {
    const { pathname } = new URL(request.url);
    const call = { platform: bindings, waitUntil: (task) => context.waitUntil(task) };
    if (pathname === "/api/equos/cron") return serveFetch(cron, request, call);
    return serveFetch(pathname.startsWith("/forgetful/") ? forgetful : broker, request, call);
  },
};
