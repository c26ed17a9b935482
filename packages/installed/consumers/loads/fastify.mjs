import { ConversationBroker, toFastify } from "@equos-broker/fastify";
import fastify from "fastify";

const broker = new ConversationBroker({
  authorize: ({ native: { request } }) => {
    const identity = request.headers["x-user"];
    return identity && { identity, name: "Ada" };
  },
});
const app = fastify();
app.register(toFastify(broker), { prefix: "/api/equos" });
await app.listen({ port: 0, host: "127.0.0.1" });
console.log(`listening on ${app.server.address().port};`);
