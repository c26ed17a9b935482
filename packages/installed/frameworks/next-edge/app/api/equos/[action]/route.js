import { ConversationBroker, memoryStore, toNextHandlers } from "@equos-broker/next";
import { after } from "next/server";

export const runtime = "edge";

const broker = new ConversationBroker({
  authorize: ({ header }) => header("x-user") && { identity: header("x-user"), name: "Ada" },
  // For one server. Where the platform runs the edge in many places take redisStore, with a client that speaks HTTP.
  store: memoryStore({ singleProcess: true }),
});

export const { POST, OPTIONS } = toNextHandlers(broker, { waitUntil: after });
