import { smoke } from "./smoke.js";

smoke({
  name: "Koa",
  folder: "koa",
  framework: "koa",
  ours: ["@equos-broker/core"],
  dependencies: { koa: "3.3.0", "koa-bodyparser": "4.4.1" },
  start: ["server.mjs"],
});
