import { smoke } from "./smoke.js";

const nest = "12.5.1";
const common = {
  "@nestjs/common": nest,
  "@nestjs/core": nest,
  "@types/node": "20.19.43",
  "reflect-metadata": "0.2.2",
  rxjs: "7.8.2",
  typescript: "5.9.3",
};
const how = {
  framework: "@nestjs/core",
  // With the team's own compiler, so that its types are checked as well.
  build: ["node_modules/typescript/bin/tsc"],
  start: ["dist/main.js"],
};

smoke({
  ...how,
  name: "Nest on Express",
  folder: "nest-express",
  ours: ["@equos-broker/express"],
  dependencies: { ...common, "@nestjs/platform-express": nest, "@types/express": "5.0.6" },
});

smoke({
  ...how,
  name: "Nest on Fastify",
  folder: "nest-fastify",
  ours: ["@equos-broker/fastify"],
  dependencies: { ...common, "@nestjs/platform-fastify": "12.5.0" },
});
