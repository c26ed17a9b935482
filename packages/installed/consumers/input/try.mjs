// What a browser may send, by the team's own validator.
import { ConversationBroker, toFetchHandler } from "@equos-broker/core";
import { input } from "./schema.mjs";

const broker = new ConversationBroker({
  authorize: () => ({ identity: "ada", name: "Ada" }),
  input,
  conversation: ({ input: { topic, level } }) => ({ promptCtx: `${topic} ${level + 1}` }),
});
const handler = toFetchHandler(broker);
const start = async (given) => {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ input: given });
  const answer = await handler(new Request("http://shop.example/start", { method: "POST", headers, body }));
  // A refusal has a code, a grant has none.
  return [answer.status, (await answer.json()).code ?? "started"].join(" ");
};
console.log(JSON.stringify([await start({ topic: 7 }), await start({}), await start({ topic: "shoes" })]));
await broker.close({ stop: true });
