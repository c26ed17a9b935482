import type { RequestListener, Server } from "node:http";
import { createServer } from "node:http";

/** `PORT`: default 3000; 0 takes any free port. */
export function portOf(text: string | undefined): number {
  const port = Number(text?.trim() || 3000);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error("PORT takes a number from 0 to 65535; 0 takes any free port.");
}

/** Listens, and tells the port that it really got. */
export function listen(app: RequestListener, port: number, host?: string): Promise<{ server: Server; port: number }> {
  const server = createServer(app);
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new Error(`Port ${port} is in use; set PORT to another one.`) : error);
    });
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      const address = server.address();
      resolve({ server, port: typeof address === "object" && address !== null ? address.port : port });
    });
  });
}

/** Ctrl-C, or the platform's SIGTERM, ends in order and exits 0; a second one ends at once. */
export function closeOnSignal(server: Server, stop: () => Promise<void>): void {
  let closing = false;
  const close = async () => {
    if (closing) process.exit(130);
    closing = true;
    try {
      await stop();
      // Answers under way get a second; connections that only stay open get none.
      setTimeout(() => server.closeAllConnections(), 1000).unref();
      await new Promise((resolve) => server.close(resolve));
      process.exit(0);
    } catch (error) {
      fail(error);
      process.exit(1);
    }
  };
  process.on("SIGINT", close).on("SIGTERM", close);
}

/** One line instead of a stack: whoever starts the server did something that has a name. */
export function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
