import { type ClientRequest, request as httpRequest } from "node:http";
import { connect } from "node:net";

export interface Call {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** `packets`: sent one by one. `endless`: begins a body and never ends it. `written`: as the test likes. */
  readonly body?: string | Packets | Endless | Written | undefined;
  /** Leave (destroy the socket) when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

interface Packets {
  readonly packets: readonly Uint8Array[];
}
interface Endless {
  readonly endless: string;
}
interface Written {
  readonly written: (write: (text: string) => void) => void;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** So often a body in packets is sent anew, when its connection broke before the answer was read. */
const TRIES = 20;

/**
 * One request over a socket of its own, written as it is told: no header is added but `host`. A server may answer and close
 * while packets are still being written; then Node's client loses the answer, now and then, and tries again.
 */
export async function call(url: string, request: Call = {}): Promise<Answer> {
  const isInPackets = typeof request.body === "object" && "packets" in request.body;
  for (let tries = 1; ; tries += 1) {
    try {
      return await callOnce(url, request);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!isInPackets || tries === TRIES || (code !== "EPIPE" && code !== "ECONNRESET")) throw error;
    }
  }
}

function callOnce(url: string, { method = "POST", headers = {}, body, signal }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = typeof body === "string" ? { "content-length": String(Buffer.byteLength(body)) } : {};
    const request = httpRequest(url, { method, headers: { ...length, ...headers }, agent: false, signal });
    let answered = false;
    request.on("response", (response) => {
      answered = true;
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        request.destroy();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
      response.on("error", reject);
    });
    // A server may answer and close before it has read all of a body that it refuses.
    request.on("error", (error) => {
      if (!answered) reject(error);
    });
    if (typeof body === "string") request.end(body);
    else if (body === undefined) request.end();
    else if ("endless" in body) request.write(body.endless);
    else if ("written" in body) body.written((text) => void request.write(text));
    else void sendPackets(request, body.packets);
  });
}

/** The first answer to a text that is sent as it is; the client then keeps silent. Status 0: closed without an answer. */
export function callRaw(origin: string, text: string): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let received = "";
    const done = () => {
      socket.destroy();
      resolve(parseAnswer(received));
    };
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      received += chunk;
      // Every answer here has its length, or ends with the connection.
      const { headers, text: body } = parseAnswer(received);
      if (body.length >= Number(headers["content-length"] ?? Number.POSITIVE_INFINITY)) done();
      else if (received.endsWith("\r\n0\r\n\r\n")) done();
    });
    // A server may reset the connection once it has answered.
    socket.on("error", done);
    socket.on("close", done);
    socket.write(text);
  });
}

function parseAnswer(received: string): Answer {
  const [head = "", ...rest] = received.split("\r\n\r\n");
  const [line = "", ...fields] = head.split("\r\n");
  const headers = fields.map((field) => [field.split(":", 1)[0]?.toLowerCase(), field.replace(/^[^:]*: */, "")]);
  return { status: Number(line.split(" ")[1] ?? 0), headers: Object.fromEntries(headers), text: rest.join("\r\n\r\n") };
}

async function sendPackets(request: ClientRequest, packets: readonly Uint8Array[]): Promise<void> {
  request.setNoDelay();
  for (const packet of packets) {
    if (request.destroyed) return;
    await new Promise((resolve) => request.write(packet, resolve));
  }
  request.end();
}

export const json = (value: unknown): { readonly headers: Record<string, string>; readonly body: string } => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});
