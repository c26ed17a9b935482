import type { AuthorizeContext } from "@equos-broker/core";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Fastify's request and reply, as `authorize` finds them in `context.native`. */
export interface FastifyNative {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What `authorize` is given on Fastify. What your plugins decorate the request with is on `native.request`. */
export type FastifyContext = AuthorizeContext<FastifyNative>;
