import { Guest } from "./guest.js";

/** The part of Deno's own API that is used. */
declare const Deno: {
  serve(
    options: { readonly port: number; readonly hostname: string; readonly onListen: (at: { port: number }) => void },
    handler: (request: Request) => Promise<Response>,
  ): void;
};

const guest = new Guest();
Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(`listening on ${port};`) },
  (request) => guest.fetch(request),
);
