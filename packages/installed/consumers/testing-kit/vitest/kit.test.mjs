import { useEmulator } from "@equos-broker/emulator";
import * as vitest from "vitest";
import { start, stop } from "../talk.js";

const emulator = useEmulator(vitest);
const { test } = vitest;

test("stops what it starts", async () => {
  await stop(await start());
});

test("leaves one running", async () => {
  await start();
});

test("begins with nothing", () => {
  if (emulator.conversations().length > 0) throw new Error("something was left");
});
