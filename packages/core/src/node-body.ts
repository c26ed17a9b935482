import { BrokerError } from "./errors.js";
import { joined } from "./joined.js";
import type { NodeRequest } from "./node-types.js";

/**
 * The body of a Node request: the raw stream while it can still be read, else what a parser of the host made of it.
 * Whether `body` exists says nothing: parsers set it without having read anything.
 */
export async function readNodeBody(request: NodeRequest, maxBytes: number): Promise<unknown> {
  if (request.readable && !request.readableEnded && !request.destroyed) return await readStream(request, maxBytes);
  // Broken off before anybody read it: what a parser that had nothing to do with it left is not its body.
  if (request.destroyed && !request.readableEnded) throw new BrokerError("body-unreadable");
  // Express and its parsers put it here; serverless hosts behind a getter that may throw.
  const parsed = "body" in request ? request.body : undefined;
  // Somebody read it and kept it: a start without its body would be another start.
  if (parsed === undefined && hadBody(request)) throw new BrokerError("body-unreadable");
  return parsed;
}

function hadBody({ headers }: NodeRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
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
        // Nobody listens any more, so the rest flows away and the connection stays usable.
        request.resume();
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
