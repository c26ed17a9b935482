import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";

/** Listens, and tells the port that it really got. Ctrl-C, or the platform's SIGTERM, ends in order; a second one at once. */
export async function serve(app: FastifyInstance, port: number, host: string): Promise<number> {
  await app.listen({ port, host }).catch((error) => {
    throw error.code === "EADDRINUSE" ? new Error(`Port ${port} is in use; set PORT to another one.`) : error;
  });
  const end = async () => {
    await app.close().catch(fail);
    process.exit();
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  // A server that listens on a port has such an address.
  return (app.server.address() as AddressInfo).port;
}

/** One line instead of a stack: whoever starts the server did something that has a name. */
export function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
