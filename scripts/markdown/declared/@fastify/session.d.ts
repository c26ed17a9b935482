import type { FastifyPluginCallback } from "fastify";

declare module "fastify" {
  interface Session {}
  interface FastifyRequest {
    session: Session;
  }
}

declare const session: FastifyPluginCallback<{ readonly secret: string }>;
export default session;
