import { smoke } from "./smoke.js";

smoke(
  {
    name: "Hono",
    folder: "hono",
    framework: "hono",
    ours: ["@equos-broker/core"],
    dependencies: { hono: "4.13.19", "@hono/node-server": "2.1.9" },
    start: ["server.mjs"],
  },
  // Its router knows the route for POST only.
  { get: 404 },
);
