import { serve } from "@hono/node-server";
import { Guest } from "./guest.js";

const guest = new Guest();
serve({ fetch: (request) => guest.fetch(request), port: 0, hostname: "127.0.0.1" }, ({ port }) =>
  console.log(`listening on ${port};`),
);
