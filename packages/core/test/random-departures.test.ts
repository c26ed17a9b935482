import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type AuthorizeContext, ConversationBroker, toNodeHandler } from "@equos-broker/core";
import { startEmulator } from "@equos-broker/emulator";
import fc from "fast-check";
import { expect, it } from "vitest";
import { abortableStart, turns } from "./abortable-start.js";

/**
 * A reply that the kernel has taken counts as delivered: nobody on this side of the network can know better. So a
 * conversation runs at the end if and only if its reply was written in full, and all others were stopped.
 */
it("500 starts whose client leaves at a random moment bill nothing on", async () => {
  const emulator = await startEmulator();
  const broker = new ConversationBroker({
    authorize: ({ header }: AuthorizeContext) => ({ identity: header("x-user") ?? "", name: "Ada" }),
    apiKey: emulator.apiKey,
    endpoint: emulator.url,
    characters: { guide: emulator.characterId },
  });
  const written = new Map<string, boolean>();
  let open = 0;
  const handler = toNodeHandler(broker);
  const server = createServer((request, response: ServerResponse) => {
    open += 1;
    response.once("close", () => {
      open -= 1;
      written.set(String(request.headers["x-user"]), response.writableFinished);
    });
    void handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // An address of a listening TCP server is never a string or null.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/start`;

  // In turns of the event loop: from before the request is out to after the answer is in.
  const moments = fc.sample(fc.integer({ min: 0, max: 60 }), { numRuns: 500, seed: 20_261_122 });
  let left = 0;
  for (let start = 0; start < moments.length; start += 25) {
    await Promise.all(
      moments.slice(start, start + 25).map(async (moment, index) => {
        const client = abortableStart(url, `user-${start + index}`);
        await turns(moment);
        if (await client.leave()) left += 1;
      }),
    );
  }
  while (open > 0) await turns(10);
  await broker.close();
  await new Promise((resolve) => setImmediate(resolve));

  const running = emulator.conversations().filter(({ status }) => status === "running");
  const delivered = [...written].filter(([, whole]) => whole).map(([user]) => user);
  expect(running.map(({ consumerIdentity }) => consumerIdentity).sort()).toEqual(delivered.sort());
  // The moments must reach all of a start's life, or this shows nothing.
  expect(left).toBeGreaterThan(100);
  const begun = emulator.conversations().length;
  expect(begun - delivered.length).toBeGreaterThan(20);

  await Promise.all(delivered.map((identity) => broker.stop({ consumer: { identity } })));
  emulator.assertNothingRunning();
  server.closeAllConnections();
  server.close();
  await emulator.close();
});
