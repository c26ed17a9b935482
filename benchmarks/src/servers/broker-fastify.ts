import { ConversationBroker, type FastifyContext, toFastify } from "@equos-broker/fastify";
import fastify from "fastify";
import { guards } from "./guards.js";
import { serving } from "./serving.js";
import { userOf } from "./user.js";

const broker = new ConversationBroker({
  authorize: ({ header }: FastifyContext) => userOf(header("cookie")),
  ...guards,
});
const app = fastify();
app.register(toFastify(broker), { prefix: "/api/equos" });
await app.ready();
serving(app.server);
