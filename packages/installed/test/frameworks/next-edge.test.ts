import { smoke } from "./smoke.js";

const next = "node_modules/next/dist/bin/next";
const how = {
  folder: "next-edge",
  framework: "next",
  ours: ["@equos-broker/next"],
  build: [next, "build"],
  start: [next, "start"],
};
const react = { react: "19.3.1", "react-dom": "19.3.1" };

smoke({ ...how, name: "Next 16 on the edge, Turbopack", dependencies: { next: "16.4.6", ...react } });

// Next 16.4 with --webpack builds no edge route at all: it misses a client-reference-manifest.js of its own.
smoke({ ...how, name: "Next 15 on the edge, webpack", dependencies: { next: "15.5.29", ...react } });
