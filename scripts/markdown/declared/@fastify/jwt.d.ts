import type { FastifyPluginCallback } from "fastify";

// biome-ignore lint/suspicious/noEmptyInterface: users declare the field `user` in it
export interface FastifyJWT {}

declare module "fastify" {
  interface FastifyRequest {
    jwtVerify(): Promise<unknown>;
    user: FastifyJWT extends { user: infer User } ? User : object;
  }
}

declare const jwt: FastifyPluginCallback<{ readonly secret: string }>;
export default jwt;
