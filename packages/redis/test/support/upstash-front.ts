import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "redis";

/** Upstash's REST interface (https://upstash.com/docs/redis/features/restapi) before a Redis of one's own. */
export interface UpstashFront {
  readonly url: string;
  readonly token: string;
  /** How many HTTP requests have come. */
  requests(): number;
  /**
   * What becomes of the next request without a fault. `executed`: Redis executes it, and the connection breaks before the
   * answer. `none`: nothing goes wrong.
   */
  next(fault: Fault): void;
  close(): Promise<void>;
}

export type Fault = "none" | "executed" | "silence" | { readonly status: number; readonly text: string };

type Reply = { readonly result: unknown } | { readonly error: string };

export async function startUpstashFront({
  redisUrl,
  token,
}: {
  redisUrl: string;
  token: string;
}): Promise<UpstashFront> {
  const redis = createClient({ url: redisUrl }).on("error", () => undefined);
  await redis.connect();
  let requests = 0;
  const faults: Fault[] = [];

  const run = async (command: unknown): Promise<Reply> => {
    if (!Array.isArray(command) || command.length === 0) return { error: "ERR empty command" };
    try {
      return { result: await redis.sendCommand(command.map(String)) };
    } catch (error) {
      return { error: error instanceof Error ? error.message : "ERR unknown" };
    }
  };
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const fault = faults.shift();
    if (fault === "silence") return;
    if (typeof fault === "object") return void response.writeHead(fault.status).end(fault.text);
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${token}`) return void answer(401, { error: "Unauthorized" });
    const body = parsed(await textOf(request));
    const encode = request.headers["upstash-encoding"] === "base64" ? base64 : (reply: Reply) => reply;
    if (request.url === "/pipeline" && Array.isArray(body)) {
      // In order, each on its own, as there.
      const replies: Reply[] = [];
      for (const command of body) replies.push(await run(command));
      if (fault === "executed") return void request.socket.destroy();
      return void answer(200, replies.map(encode));
    }
    const reply = await run(body);
    if (fault === "executed") return void request.socket.destroy();
    answer("error" in reply ? 400 : 200, encode(reply));
  };
  const server = createServer((request, response) => {
    requests += 1;
    // Whoever asked has left.
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // An address of a listening TCP server is never a string or null.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    requests: () => requests,
    next: (fault) => void faults.push(fault),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      redis.destroy();
    },
  };
}

/** Texts are encoded, wherever they stand; `OK` is left as it is. */
function base64(reply: Reply): Reply {
  const encoded = (value: unknown): unknown => {
    if (typeof value === "string") return value === "OK" ? value : Buffer.from(value).toString("base64");
    return Array.isArray(value) ? value.map(encoded) : value;
  };
  return "result" in reply ? { result: encoded(reply.result) } : reply;
}

/** undefined for what is no JSON, which is no command either. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  request.setEncoding("utf8");
  for await (const chunk of request) text += chunk;
  return text;
}
