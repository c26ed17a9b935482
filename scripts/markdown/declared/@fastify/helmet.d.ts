import type { FastifyPluginCallback } from "fastify";
import type { HelmetOptions } from "helmet";

declare const helmet: FastifyPluginCallback<HelmetOptions>;
export default helmet;
