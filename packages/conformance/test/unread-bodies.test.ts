import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { toNodeHandler } from "@equos-broker/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { expressHosts } from "../../express/test/hosts.js";
import { fastifyHost } from "../../fastify/test/hosts.js";
import { type Host, Stage } from "../src/index.js";

const MIB = 1024 * 1024;
/** What the kernels of both ends may hold, beside the megabyte that is read. */
const MAX_SENT = 20 * MIB;

const nodeHost: Host = {
  name: "node:http",
  column: "node:http",
  parser: "none",
  knowsMount: false,
  listen: async (broker) => {
    const server = createServer(toNodeHandler(broker));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // An address of a listening TCP server is never a string or null.
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const close = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    return { origin, mount: origin, close };
  },
};

const hosts = [nodeHost, ...expressHosts.filter(({ parser }) => parser === "none"), fastifyHost];

const json = "Content-Type: application/json";
const whole = `Content-Length: ${50 * MIB}`;
const chunked = "Transfer-Encoding: chunked";
const ada = "X-User: ada";

describe.each(hosts)("$name", (host) => {
  const open = async (): Promise<Stage> => {
    const stage = await Stage.open(host);
    onTestFinished(async () => await stage.close());
    return stage;
  };

  it.each([
    ["413", "a length that is too large", "POST", "/start", [ada, json, whole]],
    ["413", "chunks without an end", "POST", "/start", [ada, json, chunked]],
    ["413", "text without an end", "POST", "/stop", [ada, "Content-Type: text/plain", chunked]],
    ["401", "no consumer", "POST", "/start", [json, whole]],
    ["403", "a foreign origin", "POST", "/start", [ada, json, whole, "Origin: https://evil.example"]],
    ["405", "another method", "PUT", "/start", [ada, json, chunked]],
    ["415", "a form", "POST", "/start", [ada, "Content-Type: application/x-www-form-urlencoded", chunked]],
  ])("cuts off a client that sends on after a %s: %s", async (status, _, method, path, fields) => {
    const stage = await open();
    const socket = dial(stage);
    const target = stage.server.mount.slice(stage.server.origin.length) + path;
    socket.write([`${method} ${target} HTTP/1.1`, "Host: a", ...fields, "", ""].join("\r\n"));
    const chunk = "x".repeat(64 * 1024);
    const packet = fields.includes(chunked) ? `${(64 * 1024).toString(16)}\r\n${chunk}\r\n` : chunk;
    let sent = 0;
    while (!socket.destroyed && sent < 50 * MIB) {
      const failed = await new Promise((resolve) => socket.write(packet, (error) => resolve(error)));
      if (failed) break;
      sent += packet.length;
    }
    await socket.gone;
    expect(socket.received()).toMatch(new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*\r\nconnection: close\r\n`, "i"));
    expect(sent).toBeLessThan(MAX_SENT);
  });

  it("keeps a connection whose refused body had arrived, and starts nothing behind one that had not", async () => {
    const stage = await open();
    const target = `${stage.server.mount.slice(stage.server.origin.length)}/start`;
    const head = (...fields: string[]) => [`POST ${target} HTTP/1.1`, "Host: a", json, ...fields, "", ""].join("\r\n");
    const socket = dial(stage);
    socket.write(`${head("Content-Length: 2")}{}`);
    await socket.until(/ 401 [\s\S]*}$/);
    expect(socket.received()).not.toMatch(/connection: close/i);
    socket.write(head(chunked));
    await socket.until(/ 401 [\s\S]* 401 [\s\S]*}$/);
    expect(socket.received()).toMatch(/connection: close/i);
    socket.end(`0\r\n\r\n${head("Content-Length: 2", ada)}{}`);
    await socket.gone;
    expect(socket.received()).not.toContain(" 201 ");
    expect(stage.emulator.conversations()).toEqual([]);
  });
});

/** A connection that shows what it has received. */
function dial(stage: Stage) {
  const { hostname, port } = new URL(stage.server.origin);
  // Reads the end of the response, and sends on.
  const socket: Socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  let text = "";
  // A server that cuts off a client resets the connection.
  socket.setEncoding("utf8").on("error", () => undefined);
  socket.on("data", (chunk: string) => {
    text += chunk;
  });
  return Object.assign(socket, {
    received: () => text,
    gone: new Promise((resolve) => socket.once("close", resolve)),
    until: async (pattern: RegExp) => {
      while (!pattern.test(text)) await new Promise((resolve) => setImmediate(resolve));
    },
  });
}
