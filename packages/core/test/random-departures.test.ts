import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type AuthorizeContext, ConversationBroker, toNodeHandler } from "@equos-broker/core";
import { fault, startEmulator } from "@equos-broker/emulator";
import fc from "fast-check";
import { expect, it } from "vitest";
import { abortableStart, turns } from "./abortable-start.js";

const BATCH = 25;
/** Milliseconds: how long Equos takes, and when the client leaves; without that, after its answer. */
interface Start {
  readonly answers: number;
  readonly leaves?: number;
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

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
      const granted = response.statusCode < 300 && response.writableFinished;
      written.set(String(request.headers["x-user"]), granted);
    });
    void handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // An address of a listening TCP server is never a string or null.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/start`;

  let left = 0;
  const batch = async (name: string, starts: readonly Start[]): Promise<void> => {
    await Promise.all(
      starts.map(async ({ answers, leaves }, index) => {
        const user = `${name}-${index}`;
        const slow = fault.delay(answers, { when: ({ consumerIdentity }) => consumerIdentity === user });
        emulator.faults.queue("startConversation", slow);
        const client = abortableStart(url, user);
        await (leaves === undefined ? client.answered : wait(leaves));
        if (await client.leave()) left += 1;
      }),
    );
  };
  // Moments are parts of the time that a batch of starts takes here and now: Equos takes up to as long again, and the
  // clients leave from before their request is out to after their answer is in.
  await batch("warming-up", Array(BATCH).fill({ answers: 0 }));
  const before = performance.now();
  await batch("patient", Array(BATCH).fill({ answers: 0 }));
  const span = Math.ceil(performance.now() - before);
  const start = fc.record({
    answers: fc.integer({ min: 0, max: span }),
    leaves: fc.integer({ min: 0, max: 2 * span }),
  });
  const starts = fc.sample(start, { numRuns: 500, seed: 20_261_122 });
  for (let first = 0; first < starts.length; first += BATCH) {
    await batch(`batch-${first}`, starts.slice(first, first + BATCH));
  }
  while (open > 0) await turns(10);
  await broker.close({ stop: false });
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
