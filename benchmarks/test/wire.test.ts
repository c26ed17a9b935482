import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Wire, wholeAnswer } from "../src/servers/wire.js";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function wireTo(listener: RequestListener): Promise<Wire> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // An address of a listening TCP server is never a string or null.
  const wire = await Wire.open((server.address() as AddressInfo).port);
  closing.push(
    () => wire.close(),
    () => server.close(),
  );
  return wire;
}

const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

describe("the load's connection", () => {
  it("gives answers with a length and answers in chunks, one after the other", async () => {
    let asked = 0;
    const wire = await wireTo((_, response) => {
      asked += 1;
      if (asked % 2 === 0) response.writeHead(201).write('{"in":"chunks",');
      response.end('"é":1}');
    });
    expect(await wire.ask(request)).toEqual({ status: 200, body: Buffer.from('"é":1}').toString("latin1") });
    const chunked = await wire.ask(request);
    expect(chunked.status).toBe(201);
    expect(chunked.body).toContain('{"in":"chunks",');
    expect((await wire.ask(request)).status).toBe(200);
  });

  it("waits for what is missing", () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";
    expect(wholeAnswer("HTTP/1.1 200 OK\r\n")).toBeUndefined();
    expect(wholeAnswer(`${head}abc`)).toBeUndefined();
    expect(wholeAnswer(`${head}abcd`)).toEqual({ status: 200, body: "abcd" });
    expect(wholeAnswer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n")).toBeUndefined();
  });

  it("fails when the server closes it in the middle", async () => {
    const wire = await wireTo((_, response) => void response.destroy());
    await expect(wire.ask(request)).rejects.toThrow();
  });
});
