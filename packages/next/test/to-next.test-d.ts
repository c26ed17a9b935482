import {
  type AuthorizeContext,
  ConversationBroker,
  cronHandler,
  type FetchContext,
  type Grant,
  type NextContext,
  type NodeContext,
  type Problem,
  startAction,
  stopAction,
  toFetchHandler,
  toNextHandlers,
  toNodeHandler,
} from "@equos-broker/next";
import { expectTypeOf, it } from "vitest";
import type { after as after15 } from "../hosts/next-15/node_modules/next/dist/server/after/after.js";
import type { after as after16 } from "../hosts/next-16/node_modules/next/dist/server/after/after.js";

declare const after: { 15: typeof after15; 16: typeof after16 };
declare const headers: () => Promise<Pick<Headers, "get" | "has">>;
declare const userOf: (
  cookie: string | undefined,
) => Promise<{ id: string; displayName: string; plan: "free" | "paid" } | null>;

const broker = new ConversationBroker({
  authorize: async ({ header }: NextContext) => {
    const user = await userOf(header("cookie"));
    return user && { identity: user.id, name: user.displayName, plan: user.plan };
  },
  characters: { guide: "cha_1", coach: "cha_2" },
  conversation: ({ consumer, character }) => {
    expectTypeOf(consumer.plan).toEqualTypeOf<"free" | "paid">();
    expectTypeOf(character).toEqualTypeOf<"guide" | "coach">();
    return {};
  },
});

it("makes handlers as a route file of either major has to export them", () => {
  for (const waitUntil of [after[15], after[16]]) {
    const { POST, OPTIONS } = toNextHandlers(broker, { waitUntil });
    // One argument: Next refuses a second one that it does not know.
    expectTypeOf(POST).toEqualTypeOf<(request: Request) => Promise<Response>>();
    expectTypeOf(OPTIONS).toEqualTypeOf<(request: Request) => Promise<Response>>();
  }
  toNextHandlers(broker, { waitUntil: after[15], clientIp: ({ headers }) => headers.get("x-real-ip") ?? undefined });
  // @ts-expect-error -- a serverless function would end before its work
  toNextHandlers(broker, {});
  // @ts-expect-error -- as above
  toNextHandlers(broker);
});

it("makes actions whose results a page can tell apart", async () => {
  const start = startAction(broker, { headers, waitUntil: after[16] });
  const started = await start({ character: "guide" });
  if (started.ok) {
    expectTypeOf(started.grant).toEqualTypeOf<Grant>();
    expectTypeOf(started.delivery).toEqualTypeOf<number>();
  } else {
    expectTypeOf(started.problem).toEqualTypeOf<Problem>();
    expectTypeOf(started.retryAfterSeconds).toEqualTypeOf<number | undefined>();
  }
  const stopped = await stopAction(broker, { headers })({ id: "con_1", delivery: 1, leaving: true });
  if (stopped.ok) expectTypeOf(stopped.conversation.status).toExtend<string>();
  startAction(broker);
  // @ts-expect-error -- not a field of a start
  start({ characterId: "cha_1" });
});

it("has no request in an action, and says so", () => {
  expectTypeOf<NextContext["native"]["request"]>().toEqualTypeOf<Request | undefined>();
});

it("mounts a broker that looks at headers only, and none made for another framework", () => {
  const neutral = new ConversationBroker({
    authorize: ({ header }: AuthorizeContext) => ({ identity: header("x") ?? "", name: "A" }),
  });
  toNextHandlers(neutral, { waitUntil: after[15] });
  startAction(neutral);
  toNodeHandler(neutral);

  const onFetch = new ConversationBroker({
    authorize: ({ native: { request } }: FetchContext) => ({ identity: request.url, name: "A" }),
  });
  // @ts-expect-error -- in an action its authorize would find no request
  toNextHandlers(onFetch, { waitUntil: after[15] });
  // @ts-expect-error -- as above
  startAction(onFetch);

  const onNode = new ConversationBroker({
    authorize: ({ native: { req } }: NodeContext) => ({ identity: String(req.headers.cookie), name: "A" }),
  });
  // @ts-expect-error -- its authorize would find no req
  toNextHandlers(onNode, { waitUntil: after[15] });
  toNodeHandler(onNode);
  // @ts-expect-error -- and one of Next's no request in the Pages API
  toNodeHandler(broker);
});

it("mounts the scheduler's route", () => {
  expectTypeOf(toFetchHandler(cronHandler(broker, { secret: "s" }))).toEqualTypeOf<
    (request: Request) => Promise<Response>
  >();
});
