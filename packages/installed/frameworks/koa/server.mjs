import { ConversationBroker, toNodeHandler } from "@equos-broker/core";
import Koa from "koa";
import bodyParser from "koa-bodyparser";

const broker = new ConversationBroker({
  authorize: ({ native: { req } }) => req.user,
});
const handler = toNodeHandler(broker);

const app = new Koa();
app.use(async (ctx, next) => {
  const id = ctx.get("x-user");
  if (id) ctx.req.user = { identity: id, name: "Ada" };
  await next();
});
app.use(async (ctx, next) => {
  if (!/^\/api\/equos\/\w+$/.test(ctx.path)) return await next();
  // From here on the answer is the broker's.
  ctx.respond = false;
  await handler(ctx.req, ctx.res);
});
// A parser keeps the body to itself (`ctx.request.body`), so the broker comes first.
app.use(bodyParser());
app.use((ctx) => {
  if (ctx.path === "/health") ctx.body = "ok";
});

app.listen(Number(process.env.PORT), "127.0.0.1");
