import { BrokerError } from "./errors.js";
import type { NodeRequest } from "./node-types.js";

/**
 * The body of a Node request: the raw stream while it can still be read, else what a parser of the host made of it.
 * Whether `body` exists says nothing: parsers set it without having read anything.
 */
export async function readNodeBody(request: NodeRequest, maxBytes: number): Promise<unknown> {
  if (request.readable && !request.readableEnded && !request.destroyed) return await readStream(request, maxBytes);
  // Express and its parsers put it here; serverless hosts behind a getter that may throw.
  if ("body" in request) return (request as { readonly body?: unknown }).body;
  if (request.readableEnded) return undefined;
  throw new BrokerError("body-unreadable");
}

function readStream(request: NodeRequest, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const stop = () => {
      for (const [event, listener] of Object.entries(listeners)) request.off(event, listener);
    };
    const listeners: Record<string, (value: unknown) => void> = {
      data: (chunk) => {
        // A host that set an encoding gives strings.
        const bytes = chunk instanceof Uint8Array ? chunk : new TextEncoder().encode(String(chunk));
        size += bytes.byteLength;
        if (size <= maxBytes) {
          chunks.push(bytes);
          return;
        }
        stop();
        // Node throws the rest away once the answer is written.
        request.pause();
        reject(new BrokerError("body-too-large"));
      },
      end: () => {
        stop();
        resolve(joined(chunks, size));
      },
      error: () => broken(),
      close: () => broken(),
    };
    const broken = () => {
      stop();
      reject(new BrokerError("body-unreadable"));
    };
    for (const [event, listener] of Object.entries(listeners)) request.on(event, listener);
    request.resume();
  });
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}
