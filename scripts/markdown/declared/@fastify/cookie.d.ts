import type { FastifyPluginCallback } from "fastify";

declare const cookie: FastifyPluginCallback;
export default cookie;
