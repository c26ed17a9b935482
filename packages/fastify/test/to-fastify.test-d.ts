import {
  type AuthorizeContext,
  ConversationBroker,
  cronHandler,
  type FastifyContext,
  type FetchContext,
  toFastify,
} from "@equos-broker/fastify";
import fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest } from "fastify";
import { expectTypeOf, it } from "vitest";

declare module "fastify" {
  interface FastifyRequest {
    // What a plugin of the team's would decorate it with.
    account?: { id: string; name: string; plan: "free" | "paid" };
  }
}

const broker = new ConversationBroker({
  authorize: ({ native: { request } }: FastifyContext) =>
    request.account && { identity: request.account.id, name: request.account.name, plan: request.account.plan },
  characters: { guide: "cha_1" },
  conversation: ({ consumer }) => {
    expectTypeOf(consumer.plan).toEqualTypeOf<"free" | "paid">();
    return {};
  },
});

it("registers on every kind of app", () => {
  fastify().register(toFastify(broker, { closeOnClose: true }), { prefix: "/api/equos" });
  fastify().register(toFastify(broker));
  fastify({ http2: true }).register(toFastify(broker), { prefix: "/api/equos" });
  // A logger type of the team's own, as pino's.
  const loggerInstance = {} as FastifyBaseLogger & { readonly audit: (line: string) => void };
  fastify({ loggerInstance }).register(toFastify(broker), { prefix: "/api/equos" });
  fastify().register(toFastify(cronHandler(broker, { secret: "" })), { prefix: "/api/equos" });
});

it("is no handler of a route", () => {
  // @ts-expect-error -- a plugin is registered
  fastify().post("/api/equos/start", toFastify(broker));
});

it("gives authorize the request as the team's plugins have it", () => {
  type Native = FastifyContext["native"];
  expectTypeOf<Native["request"]>().toEqualTypeOf<FastifyRequest>();
  expectTypeOf<Native["reply"]>().toEqualTypeOf<FastifyReply>();
  expectTypeOf<Native["request"]["account"]>().toEqualTypeOf<
    { id: string; name: string; plan: "free" | "paid" } | undefined
  >();
});

it("mounts a broker that looks at headers only, and none made for another framework", () => {
  toFastify(
    new ConversationBroker({
      authorize: ({ header }: AuthorizeContext) => ({ identity: header("x") ?? "", name: "A" }),
    }),
  );
  const fetchBroker = new ConversationBroker({
    authorize: ({ native }: FetchContext) => ({ identity: native.request.url, name: native.request.method }),
  });
  // @ts-expect-error -- its authorize would find a request of another kind
  toFastify(fetchBroker);
});
