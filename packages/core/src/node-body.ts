import { BrokerError } from "./errors.js";
import { joined } from "./joined.js";
import type { NodeRequest, NodeStream } from "./node-types.js";

/**
 * The body of a Node request: the raw stream while it can still be read, else what a parser of the host made of it.
 * Whether `body` exists says nothing: parsers set it without having read anything.
 *
 * `stream`: what the host made of the raw one, such as an unpacked one.
 */
export async function readNodeBody(
  request: NodeRequest,
  maxBytes: number,
  stream: NodeStream = request,
): Promise<unknown> {
  if (stream.readable && !stream.readableEnded && !stream.destroyed) {
    // Somebody else has had the beginning: what is left would be another request.
    if (stream.readableDidRead) throw new BrokerError("body-unreadable");
    return await readStream(stream, maxBytes).catch((error: unknown) => {
      // What the host unpacks is unpacked no further; the connection stays usable.
      if (stream !== request) stream.destroy?.();
      request.resume();
      throw error;
    });
  }
  // Broken off before anybody read it: what a parser that had nothing to do with it left is not its body.
  if (stream.destroyed && !stream.readableEnded) throw new BrokerError("body-unreadable");
  // Express and its parsers put it here; serverless hosts behind a getter that may throw.
  const parsed = "body" in request ? request.body : undefined;
  // Somebody read it and kept it: a start without its body would be another start.
  if (parsed === undefined && hadBody(request)) throw new BrokerError("body-unreadable");
  return parsed;
}

function hadBody({ headers }: NodeRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function readStream(stream: NodeStream, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const stop = () => {
      stream.off("data", onData);
      stream.off("end", onEnd);
      stream.off("error", onBroken);
      stream.off("close", onBroken);
    };
    const onData = (chunk: unknown) => {
      // A host that set an encoding gives strings.
      const bytes = chunk instanceof Uint8Array ? chunk : new TextEncoder().encode(String(chunk));
      size += bytes.byteLength;
      if (size <= maxBytes) {
        chunks.push(bytes);
        return;
      }
      stop();
      reject(new BrokerError("body-too-large"));
    };
    const onEnd = () => {
      stop();
      const [only] = chunks;
      resolve(only !== undefined && chunks.length === 1 ? only : joined(chunks, size));
    };
    const onBroken = () => {
      stop();
      reject(new BrokerError("body-unreadable"));
    };
    stream.on("data", onData);
    stream.on("end", onEnd);
    stream.on("error", onBroken);
    stream.on("close", onBroken);
    stream.resume();
  });
}
