import cluster from "node:cluster";
import { once } from "node:events";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { memoryStore } from "../../src/store/memory-store.js";

// A program of memory-store.test.ts: prints how the memory store opens in two instances of the given kind.

const open = (): string => {
  try {
    memoryStore().attach?.({ deployment: "shop", endpoint: "https://equos.example", upstream: () => "key" });
    return "opened";
  } catch (error) {
    return String(error);
  }
};
const two = <T>(make: () => T): readonly [T, T] => [make(), make()];

if (cluster.isWorker) {
  process.send?.(open());
} else if (!isMainThread) {
  parentPort?.postMessage(open());
} else if (process.argv[2] === "cluster") {
  const workers = two(() => cluster.fork());
  const outcomes = await Promise.all(workers.map(async (worker) => (await once(worker, "message"))[0]));
  for (const worker of workers) worker.kill("SIGKILL");
  console.log(JSON.stringify(outcomes));
} else if (process.argv[2] === "threads") {
  // On Node 20 a thread does not take over the loader of the main thread.
  const url = JSON.stringify(import.meta.url);
  const program = `import("tsx/esm/api").then(({ register }) => { register(); return import(${url}); })`;
  const workers = two(() => new Worker(program, { eval: true }));
  console.log(JSON.stringify(await Promise.all(workers.map(async (worker) => (await once(worker, "message"))[0]))));
} else {
  console.log(JSON.stringify([open()]));
}
