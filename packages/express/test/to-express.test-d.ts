import {
  type AuthorizeContext,
  ConversationBroker,
  type ExpressContext,
  type FetchContext,
  toExpress,
} from "@equos-broker/express";
import express5 from "express";
import express4 from "express4";
import { expectTypeOf, it } from "vitest";

declare global {
  namespace Express {
    interface Request {
      // What a session middleware of the team's would add.
      account?: { id: string; name: string; plan: "free" | "paid" };
    }
  }
}

const broker = new ConversationBroker({
  authorize: ({ native: { req } }: ExpressContext) =>
    req.account && { identity: req.account.id, name: req.account.name, plan: req.account.plan },
  characters: { guide: "cha_1" },
  conversation: ({ consumer }) => {
    expectTypeOf(consumer.plan).toEqualTypeOf<"free" | "paid">();
    return {};
  },
});

it("mounts on Express 5 and on Express 4", () => {
  express5().use("/api/equos", toExpress(broker));
  express4().use("/api/equos", toExpress(broker));
  express5.Router().use(toExpress(broker));
});

it("gives authorize the request as the team's middlewares have it", () => {
  type Req = ExpressContext["native"]["req"];
  expectTypeOf<Req["account"]>().toEqualTypeOf<Express.Request["account"]>();
  expectTypeOf<Req["headers"]["cookie"]>().toExtend<string | readonly string[] | undefined>();
});

it("mounts a broker that looks at headers only, and none made for another framework", () => {
  toExpress(
    new ConversationBroker({
      authorize: ({ header }: AuthorizeContext) => ({ identity: header("x") ?? "", name: "A" }),
    }),
  );
  const fetchBroker = new ConversationBroker({
    authorize: ({ native: { request } }: FetchContext) => ({ identity: request.url, name: "A" }),
  });
  // @ts-expect-error -- its authorize would find no request
  toExpress(fetchBroker);
});
