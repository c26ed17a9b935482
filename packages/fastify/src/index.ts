export * from "@equos-broker/core";
export type { FastifyContext, FastifyNative } from "./context.js";
export { type ToFastifyOptions, toFastify } from "./to-fastify.js";
