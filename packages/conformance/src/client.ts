import { type ClientRequest, request as httpRequest } from "node:http";

export interface Call {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** `packets`: sent one by one. `endless`: begins a body and never ends it. */
  readonly body?: string | { readonly packets: readonly Uint8Array[] } | { readonly endless: string } | undefined;
  /** Leave (destroy the socket) when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** One request over a socket of its own, written as it is told: no header is added but `host`. */
export function call(url: string, { method = "POST", headers = {}, body, signal }: Call = {}): Promise<Answer> {
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
    else void sendPackets(request, body.packets);
  });
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
