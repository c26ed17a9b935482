import { call } from "@equos-broker/conformance";
import { fault } from "@equos-broker/emulator";
import { describe, expect, it } from "vitest";
import { appOnEmulator } from "./support/app-on-emulator.js";
import { eventually } from "./support/eventually.js";
import { majors } from "./support/majors.js";
import { post } from "./support/post.js";

const accepts = () => false;
const refuses = () => true;

/** A server that is told to end waits for what `after` was given, and for nothing else of the broker's. */
describe.each(majors)("what goes on after the answer, Next %i", (major) => {
  const opened = appOnEmulator(major);

  it("is done by a server that is told to end meanwhile", async () => {
    const { app, emulator } = opened();
    let answer: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      answer = resolve;
    });
    emulator.faults.queue("startConversation", fault.afterCreate.silence({ until }));
    const client = new AbortController();
    const start = post(`${app.origin}/api/equos/start`, "ada", {}, { signal: client.signal });
    await eventually(() => emulator.conversations().length === 1);
    client.abort();
    await expect(start).rejects.toThrow();
    app.terminate();
    // It takes no calls any more, and has not ended.
    await eventually(() => call(app.origin).then(accepts, refuses));
    answer();
    await app.end();
    expect(emulator.conversations().map(({ status }) => status)).toEqual(["ended"]);
  });
});
