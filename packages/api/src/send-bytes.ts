import { defaultTransport } from "#default-transport";
import { checkedTimeout, limited } from "./call-limit.js";
import { isSafe } from "./endpoint.js";
import { ChecksumError, FetchError, InvalidAnswerError, ResponseError } from "./errors.js";
import { fetchTransport } from "./fetch-transport.js";

export interface SendBytesOptions {
  readonly mimeType: string;
  readonly digest: Uint8Array;
  readonly onProgress?: ((progress: { readonly sentBytes: number; readonly totalBytes: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

const operation = "uploadDocument";
const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** `PUT` of a whole document to the URL that `addDocument` gave. The URL is a secret of its own; the key stays here. */
export async function sendBytes(
  uploadUrl: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: SendBytesOptions,
): Promise<void> {
  if (!URL.canParse(uploadUrl) || !isSafe(new URL(uploadUrl))) {
    throw new InvalidAnswerError("addDocument", 201, { field: "uploadUrl", reason: "is no https: URL" });
  }
  const { mimeType, signal, onProgress, fetch } = options;
  const checksum = base64(options.digest);
  const totalBytes = bytes.byteLength;
  const transport = fetch === undefined ? defaultTransport : fetchTransport(fetch);
  const timeoutMs = checkedTimeout(options.timeoutMs ?? 600_000);
  onProgress?.({ sentBytes: 0, totalBytes });
  try {
    const { status, headers, text } = await limited({ operation, timeoutMs, signal }, (ending) => {
      return transport({
        verb: "PUT",
        url: uploadUrl,
        headers: { "content-type": mimeType, "content-digest": `sha-256=:${checksum}:` },
        body: bytes,
        ending,
        onSent: (sentBytes) => {
          try {
            if (sentBytes < totalBytes) onProgress?.({ sentBytes, totalBytes });
          } catch (error) {
            // The caller's own function failed: nobody but the caller can be told.
            ending.end(error);
          }
        },
      });
    });
    if (status < 200 || status > 299) throw new ResponseError({ status, headers, text: async () => text ?? "" });
    // Amazon's storage and those like it say what they stored, when they do.
    const stored = headers.get("x-amz-checksum-sha256");
    if (stored !== null && stored !== checksum) throw new ChecksumError();
  } catch (error) {
    throw error instanceof FetchError ? error.of(operation) : error;
  }
  onProgress?.({ sentBytes: totalBytes, totalBytes });
}
