import { createServer } from "node:http";
import { initTRPC, TRPCError } from "@trpc/server";
import { type CreateExpressContextOptions, createExpressMiddleware } from "@trpc/server/adapters/express";
import express from "express";
import { z } from "zod";
import { startOverFetch, stopOverFetch } from "./over-fetch.js";
import { serving } from "./serving.js";
import { type User, userOf } from "./user.js";

// Two procedures as tRPC's users write them: who asks, a checked input, the call over `fetch`, three fields.

const trpc = initTRPC.context<{ readonly user: User | undefined }>().create();
const signedIn = trpc.procedure.use(({ ctx: { user }, next }) => {
  if (user === undefined) throw new TRPCError({ code: "UNAUTHORIZED" });
  return next({ ctx: { user } });
});
const router = trpc.router({
  start: signedIn.input(z.object({ character: z.string().optional() })).mutation(async ({ ctx }) => {
    const { conversation, consumerAccessToken } = await startOverFetch(ctx.user);
    const { id, serverUrl, character } = conversation;
    return { id, serverUrl, token: consumerAccessToken, agent: character.livekitIdentity };
  }),
  stop: signedIn.input(z.object({ id: z.string() })).mutation(async ({ input }) => {
    await stopOverFetch(input.id);
    return { stopped: true };
  }),
});

const app = express();
const createContext = ({ req }: CreateExpressContextOptions) => ({ user: userOf(req.headers.cookie) });
app.use("/api/equos", createExpressMiddleware({ router, createContext }));
serving(createServer(app));
