const { useEmulator } = require("@equos-broker/emulator");
const { start, stop } = require("../talk.js");

const emulator = useEmulator(globalThis);

test("stops what it starts", async () => {
  await stop(await start());
});

test("leaves one running", async () => {
  await start();
});

test("begins with nothing", () => {
  if (emulator.conversations().length > 0) throw new Error("something was left");
});
