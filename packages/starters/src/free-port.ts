import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port that nobody listens on. Below those that systems give to outgoing connections: one of these could take it while
 * the server that belongs there is stopped.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(15_000, 30_000);
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch {
    return await freePort();
  }
  server.close();
  await once(server, "close");
  return port;
}
