const begun = performance.now();
const { startEmulator } = await import("@equos-broker/emulator");
const loaded = performance.now();

// A process of its own: an emulator, and how long it took.

const emulator = await startEmulator();
const started = performance.now();
process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));
process.send?.({
  url: emulator.url,
  key: emulator.apiKey,
  character: emulator.characterId,
  loading: loaded - begun,
  starting: started - loaded,
});

export {};
