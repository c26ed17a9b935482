import type { IncomingMessage, ServerResponse } from "node:http";
import { EquosClient } from "@equos-broker/api";
import {
  type AuthorizeContext,
  type BrokerOptions,
  ConversationBroker,
  type EquosPort,
  type FetchContext,
  type FetchNative,
  type Grant,
  type NodeContext,
  serveFetch,
  toFetchHandler,
  toGrant,
  toNodeHandler,
  visitors,
} from "@equos-broker/core";
import { expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { OfficialEquosClient } from "./official-sdk.js";

interface User {
  id: string;
  name: string;
  plan: "free" | "paid";
}
declare function userOf(request: Request): Promise<User | undefined>;

it("infers the consumer's own fields, the aliases and the input, without a type argument", () => {
  const broker = new ConversationBroker({
    authorize: async ({ native: { request } }: FetchContext) => {
      expectTypeOf(request).toEqualTypeOf<Request>();
      const user = await userOf(request);
      return user && { identity: user.id, name: user.name, plan: user.plan };
    },
    characters: { guide: "cha_1", coach: "cha_2" },
    input: z.object({ topic: z.string(), level: z.number().default(1) }),
    conversation: ({ consumer, character, input }) => {
      expectTypeOf(consumer.plan).toEqualTypeOf<"free" | "paid">();
      expectTypeOf(character).toEqualTypeOf<"guide" | "coach">();
      expectTypeOf(input).toEqualTypeOf<{ topic: string; level: number }>();
      return { promptCtx: input.topic };
    },
    limits: ({ consumer }) => ({ maxSeconds: consumer.plan === "paid" ? 1800 : 300 }),
    client: ({ consumer }) => consumer.plan,
  });
  expectTypeOf(broker.start).parameter(0).toHaveProperty("character").toEqualTypeOf<"guide" | "coach" | undefined>();
  expectTypeOf(broker.start).parameter(0).toHaveProperty("consumer").toMatchTypeOf<{ plan: "free" | "paid" }>();
});

it("a broker made for another framework does not mount", () => {
  const fetchBroker = new ConversationBroker({
    authorize: ({ native: { request } }: FetchContext) => ({ identity: request.url, name: "A" }),
  });
  const nodeBroker = new ConversationBroker({
    authorize: ({ native: { req } }: NodeContext<IncomingMessage, ServerResponse>) => ({
      identity: req.url ?? "",
      name: "A",
    }),
  });
  toFetchHandler(fetchBroker);
  toNodeHandler(nodeBroker);
  // @ts-expect-error -- a Node broker's authorize would find no req
  toFetchHandler(nodeBroker);
  // @ts-expect-error -- a fetch broker's authorize would find no request
  toNodeHandler(fetchBroker);
});

it("hands on what a platform gives, by its type", () => {
  interface Env {
    readonly SESSIONS: { get(key: string): Promise<string | null> };
  }
  const onWorkers = new ConversationBroker({
    authorize: async ({ native: { request, platform } }: FetchContext<Env>) => {
      expectTypeOf(request).toEqualTypeOf<Request>();
      expectTypeOf(platform).toEqualTypeOf<Env>();
      const id = await platform.SESSIONS.get("session");
      return id !== null && { identity: id, name: "A" };
    },
  });
  const fetchBroker = new ConversationBroker({
    authorize: ({ native: { request } }: FetchContext) => ({ identity: request.url, name: "A" }),
  });
  const request = new Request("https://shop.example/start");
  const env: Env = { SESSIONS: { get: async () => null } };
  const call = (task: Promise<unknown>) => void task;
  expectTypeOf(serveFetch(onWorkers, request, { platform: env, waitUntil: call })).toEqualTypeOf<Promise<Response>>();
  serveFetch(fetchBroker, request, {});
  serveFetch(fetchBroker, request, { clientIp: "192.0.2.1" });
  // @ts-expect-error -- its authorize would find no platform
  serveFetch(onWorkers, request, { waitUntil: call });
  // @ts-expect-error -- another platform
  serveFetch(onWorkers, request, { platform: { DATABASE: "d1" } });
  // @ts-expect-error -- a server that gives the request alone has none
  toFetchHandler(onWorkers);
});

it("a broker whose authorize looks at headers only mounts everywhere", () => {
  const broker = new ConversationBroker({
    authorize: ({ header }: AuthorizeContext) => ({ identity: header("x-user") ?? "", name: "A" }),
  });
  toFetchHandler(broker);
  toNodeHandler<IncomingMessage, ServerResponse>(broker);
  const anonymous = new ConversationBroker({ authorize: visitors({ secret: "x".repeat(32) }) });
  toFetchHandler(anonymous);
  toNodeHandler<IncomingMessage, ServerResponse>(anonymous);
});

it("takes a name and ids that may be missing", () => {
  const broker = new ConversationBroker({
    authorize: () => ({ identity: "a", name: null as string | null }),
    characters: { guide: process.env.GUIDE_ID },
  });
  expectTypeOf(broker.start).parameter(0).toHaveProperty("character").toEqualTypeOf<"guide" | undefined>();
  new ConversationBroker({ authorize: () => ({ identity: "a" }) });
});

it("options and brokers can be annotated, as isolatedDeclarations asks for", () => {
  const options: BrokerOptions = {
    authorize: ({ header }) => ({ identity: header("x-user") ?? "" }),
    characters: { guide: "cha_1" },
    conversation: ({ consumer, character }) => ({ promptCtx: `${consumer.identity} ${character}` }),
  };
  const broker: ConversationBroker = new ConversationBroker(options);
  toFetchHandler(broker);
  const forFetch: BrokerOptions<FetchNative> = {
    authorize: ({ native: { request } }: FetchContext) => ({ identity: request.url }),
  };
  const fetchBroker: ConversationBroker<FetchNative> = new ConversationBroker(forFetch);
  toFetchHandler(fetchBroker);
  const direct: ConversationBroker<FetchNative> = new ConversationBroker({
    authorize: ({ native: { request } }: FetchContext) => ({ identity: request.url, plan: "gold" }),
    characters: { guide: "cha_1" },
    input: z.string(),
    conversation: ({ consumer, input }) => ({ promptCtx: consumer.plan + input }),
  });
  toFetchHandler(direct);
  // @ts-expect-error -- for a framework, its native part is the type argument
  const unknownNative: BrokerOptions = { authorize: ({ native }: FetchContext) => ({ identity: native.request.url }) };
  new ConversationBroker(unknownNative);
});

it("refuses a consumer without an identity, an unknown option and an unknown choice", () => {
  // @ts-expect-error -- identity is missing
  new ConversationBroker({ authorize: () => ({ name: "A" }) });
  // @ts-expect-error -- no such option
  new ConversationBroker({ authorise: () => null });
  // @ts-expect-error -- resume is for the same conversation only
  new ConversationBroker({ whenActive: { other: "resume" } });
});

it("takes our client and the official SDK's alike", () => {
  expectTypeOf<EquosClient>().toExtend<EquosPort>();
  expectTypeOf<OfficialEquosClient>().toExtend<EquosPort>();
  new ConversationBroker({ equos: EquosClient.create("key") });
});

it("gives a client the grant and nothing else", () => {
  expectTypeOf(toGrant({})).toEqualTypeOf<Grant>();
  expectTypeOf<keyof Grant>().toEqualTypeOf<"conversation" | "consumerAccessToken">();
  expectTypeOf<keyof Grant["conversation"]>().toEqualTypeOf<
    "id" | "status" | "serverUrl" | "maxSeconds" | "startedAt" | "character"
  >();
  expectTypeOf<keyof Grant["conversation"]["character"]>().toEqualTypeOf<"name" | "livekitIdentity">();
});
