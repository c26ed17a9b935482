import { readFile } from "node:fs/promises";
import { createEquos } from "@equos-broker/client";
import { expect, it, vi } from "vitest";
import { pageFor } from "./page.js";
import { siteFor } from "./server.js";

/** Runs the README's first example, with a room of the test's. */
async function example(room: object): Promise<{ talk(): Promise<void>; site: Awaited<ReturnType<typeof siteFor>> }> {
  pageFor();
  const site = await siteFor();
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, code = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const { talk } = new Function("createEquos", "Room", `${code.replace(/^import .*$/gm, "")}; return { talk };`)(
    // The example names no character: the site has two, the README's server has one.
    (options: object) => {
      const equos = createEquos({ ...options, url: site.url });
      return { ...equos, start: () => equos.start({ character: "guide" }) };
    },
    function Room() {
      return room;
    },
  );
  return { talk, site };
}

it.each(["connect", "setMicrophoneEnabled"])("the first example stops the conversation if %s fails", async (step) => {
  const failure = new Error("not allowed");
  const fails = (name: string) => () => (name === step ? Promise.reject(failure) : Promise.resolve());
  const disconnect = vi.fn(async () => {});
  const { talk, site } = await example({
    connect: fails("connect"),
    disconnect,
    localParticipant: { setMicrophoneEnabled: fails("setMicrophoneEnabled") },
  });
  await expect(talk()).rejects.toBe(failure);
  expect(site.emulator.conversations()).toMatchObject([{ status: "ended" }]);
  expect(disconnect).toHaveBeenCalled();
});
