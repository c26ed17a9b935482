import { appendFileSync } from "node:fs";
import { ConversationBroker } from "@equos-broker/core";

const broker = new ConversationBroker({});
const outcome = await broker.start({ consumer: { identity: "ada", name: "Ada" } }).then(
  () => "started",
  ({ code, message }) => `${code}: ${message}`,
);
appendFileSync(process.env.OUTCOMES, `${outcome}\n`);
setInterval(() => undefined, 60_000);
