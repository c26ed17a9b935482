import { Guest } from "./guest.js";

/** The part of Bun's own API that is used. */
declare const Bun: {
  serve(options: {
    readonly fetch: (request: Request) => Promise<Response>;
    readonly port: number;
    readonly hostname: string;
    readonly idleTimeout: number;
  }): { readonly port: number };
};

const guest = new Guest();
const { port } = Bun.serve({
  fetch: (request) => guest.fetch(request),
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 60,
});
console.log(`listening on ${port};`);
