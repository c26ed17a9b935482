import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { selfSigned } from "../../../api/test/certificate.js";
import { install } from "../../src/install.js";
import { binaryOf, runtimes } from "../../src/runtimes/runtime.js";
import { run } from "../run.js";

// Node 20 has no support for proxies.
const nodes = runtimes.filter(({ entry, name }) => entry === "node" && name !== "Node 20");

/** Starts a call twice, so that the second one uses the connection of the first. */
const program = `
  import { EquosClient } from "@equos-broker/api";
  const equos = EquosClient.create("sk_test", { endpoint: process.env.EQUOS_ENDPOINT, timeoutMs: 20_000 });
  for (let call = 0; call < 2; call += 1) {
    let checks = 0;
    const beforeSend = () => (checks += 1);
    const answer = await equos.conversations.stopConversation({ id: "con_1" }, { beforeSend });
    console.log(JSON.stringify({ answer, checks }));
  }
  process.exit(0);`;

it.each(nodes)("$name sends calls through the proxy of the environment, when it is told to", async (runtime) => {
  const certificate = selfSigned();
  const upstream = createTlsServer(certificate, (_request, response) => response.writeHead(201).end());
  const tunnels: string[] = [];
  const proxy = createServer();
  proxy.on("connect", (request, socket) => {
    tunnels.push(request.url ?? "");
    const onward = connect((upstream.address() as AddressInfo).port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on("error", () => undefined);
  });
  for (const server of [upstream, proxy]) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close().closeAllConnections());
  }
  const folder = await install({ name: "api-only", ours: ["@equos-broker/api"] });
  writeFileSync(`${folder}/proxy.mjs`, program);
  writeFileSync(`${folder}/ca.pem`, certificate.cert);
  const { port } = upstream.address() as AddressInfo;
  const env = {
    NODE_USE_ENV_PROXY: "1",
    HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    NODE_EXTRA_CA_CERTS: `${folder}/ca.pem`,
    NODE_NO_WARNINGS: "1",
    EQUOS_ENDPOINT: `https://localhost:${port}`,
  };
  const { printed } = await run(await binaryOf(runtime), ["proxy.mjs"], folder, env);
  expect(printed.trim().split("\n")).toEqual(Array(2).fill('{"answer":null,"checks":1}'));
  expect(tunnels).toEqual([`localhost:${port}`]);
});
