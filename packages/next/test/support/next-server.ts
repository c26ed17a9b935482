import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AnyBroker, ListeningHost } from "@equos-broker/conformance";
import { type Major, projectFolder, requireIn } from "./majors.js";

/** What is used of Next's own server. Its types would redeclare `process.env` for the whole workspace. */
interface NextServer {
  prepare(): Promise<void>;
  getRequestHandler(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  close(): Promise<void>;
}
type CreateNext = (options: { readonly dev: boolean; readonly dir: string }) => NextServer;

/** Where hosts/app/lib/delegate.ts looks for them. */
const registry = Symbol.for("equos-broker.brokers-under-test");
const brokers = new Map<string, AnyBroker>();
Object.assign(globalThis, { [registry]: brokers });
let listened = 0;

/** The built app of this major, served in this process by Next's own production server. */
export class BuiltApp {
  readonly #app: NextServer;
  #ready: Promise<void> | undefined;

  constructor(major: Major) {
    // Next's documented function for servers of one's own.
    const next = requireIn(major)("next") as CreateNext;
    this.#app = next({ dev: false, dir: projectFolder(major) });
  }

  /** Listens with this broker behind `mount`: one socket each, one Next for all. */
  async listen(broker: AnyBroker, mount: string): Promise<ListeningHost> {
    this.#ready ??= this.#app.prepare();
    await this.#ready;
    const handle = this.#app.getRequestHandler();
    listened += 1;
    const name = String(listened);
    brokers.set(name, broker);
    const server = createServer((request, response) => {
      request.headers["x-broker-under-test"] = name;
      handle(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // An address of a listening TCP server is never a string or null.
    const { port } = server.address() as AddressInfo;
    const origin = `http://127.0.0.1:${port}`;
    return {
      origin,
      mount: origin + mount,
      close: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        brokers.delete(name);
      },
    };
  }

  async close(): Promise<void> {
    if (this.#ready !== undefined) await this.#app.close();
  }
}
