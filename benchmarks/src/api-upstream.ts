import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answer } from "./api-answer.js";

// A process of its own: what stands for Equos when calls to it are measured. It does as little as possible.

const payload = Buffer.from(JSON.stringify(answer));
const server = createServer((request, response) => {
  request.resume();
  request.once("end", () => {
    response.writeHead(201, { "content-type": "application/json", "content-length": payload.byteLength });
    response.end(payload);
  });
});
server.listen(0, "127.0.0.1", () => {
  // An address of a listening TCP server is never a string or null.
  process.send?.({ port: (server.address() as AddressInfo).port });
});
