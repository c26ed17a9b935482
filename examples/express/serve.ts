import { createServer, type RequestListener } from "node:http";

/** Listens, and tells the port that it really got. Ctrl-C, or the platform's SIGTERM, ends in order; a second one at once. */
export async function serve(app: RequestListener, port: number, close: () => Promise<void>, host?: string) {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new Error(`Port ${port} is in use; set PORT to another one.`) : error);
    });
    server.listen(port, host, resolve);
  });
  const end = async () => {
    await close().catch(fail);
    server.close(() => process.exit());
    // Answers under way get a second.
    setTimeout(() => process.exit(), 1000).unref();
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** One line instead of a stack: whoever starts the server did something that has a name. */
export function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
