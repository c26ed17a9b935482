import { ConversationBroker, type NodeContext, toNodeHandler, visitors } from "@equos-broker/core";
import { type ExpressContext, toExpress } from "@equos-broker/express";
import { type FastifyContext, toFastify } from "@equos-broker/fastify";
import { toNextHandlers } from "@equos-broker/next";
import { redisStore } from "@equos-broker/redis";
import { input } from "./schema.js";

// What is a mistake is said to be one, where it is made. Each line below an `@ts-expect-error` has to be refused.

const ada = { identity: "ada", name: "Ada" };
const authorize = () => ada;

// @ts-expect-error -- a consumer has an identity
new ConversationBroker({ authorize: () => ({ id: "ada" }) });
// @ts-expect-error -- a misspelled option
new ConversationBroker({ authorize, joinWithinSecond: 60 });
// @ts-expect-error -- an option of another type
new ConversationBroker({ authorize, apiKey: 7 });
// @ts-expect-error -- what the page sends is no option of a conversation
new ConversationBroker({ authorize, conversation: () => ({ prompt: "Sell shoes." }) });
// @ts-expect-error -- a quota needs its window
new ConversationBroker({ authorize, limits: { perConsumer: { starts: { max: 3 } } } });
// @ts-expect-error -- the schema knows no such field
new ConversationBroker({ authorize, input, conversation: ({ input: given }) => ({ promptCtx: given.subject }) });
// @ts-expect-error -- without a schema there is nothing to read
new ConversationBroker({ authorize, conversation: ({ input: given }) => ({ promptCtx: given.topic }) });
// @ts-expect-error -- this consumer has no plan
new ConversationBroker({ authorize, limits: ({ consumer }) => ({ maxSeconds: consumer.plan === "paid" ? 9 : 5 }) });
// @ts-expect-error -- the app's user has no such field
new ConversationBroker({ authorize: ({ native }: ExpressContext) => ({ ...ada, mail: native.req.user?.mail }) });
// @ts-expect-error -- no client of Redis
redisStore({ get: async () => "" });
// @ts-expect-error -- a secret is a text, or a list of them
visitors({ secret: 7 });

const onExpress = new ConversationBroker({ authorize: ({ native }: ExpressContext) => native.req.user && ada });
const onFastify = new ConversationBroker({
  authorize: ({ native }: FastifyContext) => (native.request.ip ? ada : null),
});
const onNode = new ConversationBroker({ authorize: ({ native }: NodeContext) => (native.req.url ? ada : null) });
// @ts-expect-error -- on Fastify there is no `native.req`
toFastify(onExpress);
// @ts-expect-error -- on Next neither
toNextHandlers(onExpress, { waitUntil: () => undefined });
// @ts-expect-error -- on Express there is no `native.request`
toExpress(onFastify);
// @ts-expect-error -- on Node neither
toNodeHandler(onFastify);
toExpress(onNode);

// Under `exactOptionalPropertyTypes` a variable that may be unset goes in as it is.
const { EQUOS_API_KEY, EQUOS_ENDPOINT, VISITOR_SECRET } = process.env;
new ConversationBroker({
  authorize: visitors({ secret: VISITOR_SECRET }),
  apiKey: EQUOS_API_KEY,
  endpoint: EQUOS_ENDPOINT,
  secret: VISITOR_SECRET,
  limits: undefined,
  store: undefined,
  input: undefined,
  conversation: undefined,
  onEvent: undefined,
});
