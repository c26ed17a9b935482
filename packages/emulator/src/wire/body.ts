import type { IncomingMessage } from "node:http";

/**
 * The body of a request; `undefined` when it is larger than `limit` bytes. Rejects when the client is gone before its end.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.byteLength;
      // The rest is read and dropped: closing on a client that still writes would cost it the answer.
      if (bytes <= limit) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.once("end", () =>
      resolve(bytes > limit ? undefined : chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)),
    );
    request.once("error", reject);
    request.once("close", () => reject(new Error("the client went away")));
  });
}
