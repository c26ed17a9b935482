const test = require("node:test");
const { useEmulator } = require("@equos-broker/emulator");
const { start, stop } = require("../talk.js");

const emulator = useEmulator(test);

test("stops what it starts", async () => {
  await stop(await start());
});

test("leaves one running", async () => {
  await start();
});

test("begins with nothing", () => {
  if (emulator.conversations().length > 0) throw new Error("something was left");
});

test("shows its page", async () => {
  for (const path of ["/", "/emulator/page.css", "/emulator/page.js"]) {
    const { status } = await fetch(emulator.url + path);
    if (status !== 200) throw new Error(`${path} answers ${status}`);
  }
});
