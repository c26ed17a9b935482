import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { cronHandler, toNodeHandler } from "@equos-broker/core";
import type { LocalHost } from "../../src/host.js";
import type { Contract } from "./contract.js";

export const cronSecret = "a secret of the scheduler's, long enough";

/** `node:http` with a broker and its cron handler, which holds each answer of theirs against the document. */
export function recordedHost(contract: Contract, violations: string[]): LocalHost {
  return {
    name: "node:http, held against openapi.yaml",
    column: "node:http",
    parser: "none",
    knowsMount: false,
    own: {
      "a doubled slash before an action": {
        status: 201,
        reason: "The team routes itself; only the last segment counts.",
      },
      "a hook of the host that has destroyed the body": {
        status: 0,
        reason: "The body's stream is the connection: nobody is left to answer.",
      },
    },
    listen: async (broker) => {
      const mounted = toNodeHandler<IncomingMessage, ServerResponse>(broker);
      const scheduled = toNodeHandler<IncomingMessage, ServerResponse>(cronHandler(broker, { secret: cronSecret }));
      const server = createServer(async (request, response) => {
        const hook = request.headers["x-host-hook"];
        if (hook === "rejects") return void response.writeHead(500).end("the host's own hook");
        if (hook === "reads") for await (const _ of request);
        if (hook === "destroys") request.destroy();
        const route = new URL(request.url ?? "", "http://host").pathname.replace(/\/$/, "").split("/").at(-1) ?? "";
        record(request, response, route, contract, violations);
        await (route === "cron" ? scheduled : mounted)(request, response);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      // An address of a listening TCP server is never a string or null.
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      return {
        origin,
        mount: `${origin}/api/equos`,
        async close() {
          server.closeAllConnections();
          await new Promise((resolve) => server.close(resolve));
        },
      };
    },
  };
}

/** Looks at an answer when it has been written in full. */
function record(
  { method = "" }: IncomingMessage,
  response: ServerResponse,
  route: string,
  contract: Contract,
  violations: string[],
): void {
  let body = "";
  const { end } = response;
  response.end = ((...args: Parameters<typeof end>) => {
    if (typeof args[0] === "string") body = args[0];
    return end.apply(response, args);
  }) as typeof end; // Its overloads are told apart by what they are given.
  response.on("finish", () => {
    const { statusCode: status } = response;
    // A route that is none has no operation.
    if (status === 404 && body.includes('"unknown-action"')) return;
    const headers = Object.fromEntries(
      Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]),
    );
    violations.push(...contract.violations({ method, route, status, headers, body }));
  });
}
