import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

// What every server that is measured is told, and tells.

const [, , endpointGiven = "", redisPort = "", prefixGiven = ""] = process.argv;

/** Where the stand-in of Equos answers. */
export const endpoint = endpointGiven;
export const apiKey = "sk_benchmark";
export const characterId = "cha_1";
/** Where the shared store is; `undefined` for the one in memory. */
export const redis = redisPort === "" ? undefined : { port: Number(redisPort), prefix: prefixGiven };

/** Tells where it listens, and its CPU time whenever it is asked. */
export function serving(server: Server): void {
  process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));
  // A profile is written at an orderly end only.
  process.once("SIGTERM", () => process.exit());
  // An address of a listening TCP server is never a string or null.
  const tell = () => void process.send?.({ port: (server.address() as AddressInfo).port });
  if (server.listening) tell();
  else server.once("listening", tell).listen(0, "127.0.0.1");
}
