import { createServer } from "node:http";
import { ConversationBroker, type NodeContext, toNodeHandler } from "@equos-broker/core";
import { guards } from "./guards.js";
import { serving } from "./serving.js";
import { userOf } from "./user.js";

const broker = new ConversationBroker({
  authorize: ({ header }: NodeContext) => userOf(header("cookie")),
  ...guards,
});
serving(createServer(toNodeHandler(broker)));
