import type { CreateDocumentRequest, EquosDocument } from "./generated/models.js";
import type { CallOptions } from "./operation.js";
import { sendBytes } from "./send-bytes.js";

/** How far an upload is. */
export interface UploadProgress {
  readonly sentBytes: number;
  readonly totalBytes: number;
}

/** What {@link uploadDocument} takes. */
export interface UploadDocumentOptions extends CreateDocumentRequest {
  /** Id of the knowledge base. */
  readonly id: string;
  /** The whole document; at most 100 MB fit into a knowledge base. */
  readonly content: Uint8Array | Blob;
  /** Called from 0 to `totalBytes`. Where the runtime has only `fetch` there is nothing in between. */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Ends the upload; the document is deleted again. While Equos is asked to add it, the answer is waited for. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that sending the bytes may take; default 600,000. The calls to Equos have the client's own limit. */
  readonly timeoutMs?: number | undefined;
  /** Sends the bytes instead of the runtime's own way. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** A document that was sent whole, and is being indexed. */
export interface UploadedDocument<TDocument = EquosDocument> {
  readonly document: TDocument;
  /** SHA-256 of the content in hexadecimal, to compare with the next time. */
  readonly sha256: string;
}

/** The part of a client that an upload needs; ours and the official SDK's have it. @inline */
interface DocumentCalls<TDocument> {
  readonly knowledgeBases: {
    addDocument(
      args: { id: string; createDocumentRequest: CreateDocumentRequest },
      options?: CallOptions,
    ): Promise<{ document: TDocument; uploadUrl: string }>;
    indexDocument(args: { id: string; doc: string }, options?: CallOptions): Promise<TDocument>;
    deleteDocument(args: { id: string; doc: string }, options?: CallOptions): Promise<unknown>;
  };
}

/**
 * Puts a document into a knowledge base: registers it, sends the bytes to the URL that Equos gives for it, and has it
 * indexed, which goes on after this returns.
 *
 * The bytes go by `PUT` with `Content-Type`, `Content-Length` and `Content-Digest` (RFC 9530), without the API key; Equos does
 * not document the verb. If anything fails the document is deleted again, in two attempts. One without its bytes is left only
 * where Equos' answer to adding it was lost, or where it could not be deleted.
 *
 * @throws ResponseError, FetchError, TimeoutError, InvalidAnswerError, ChecksumError; what `signal` was aborted with
 * @example
 * ```ts
 * const { document, sha256 } = await uploadDocument(equos, {
 *   id: knowledgeBase.id, name: "prices.pdf", description: "Price list", mimeType: "application/pdf",
 *   content: await readFile("prices.pdf"),
 *   onProgress: ({ sentBytes, totalBytes }) => console.log(`${sentBytes} of ${totalBytes}`),
 * });
 * ```
 */
export async function uploadDocument<TDocument extends { id: string }>(
  equos: DocumentCalls<TDocument>,
  options: UploadDocumentOptions,
): Promise<UploadedDocument<TDocument>> {
  const { id, name, description, mimeType, content, signal } = options;
  // The digest goes ahead of the bytes, so a Blob is read first. An array that others can write to cannot be digested.
  const bytes = new Uint8Array(content instanceof Uint8Array ? content : await content.arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  signal?.throwIfAborted();
  const { knowledgeBases } = equos;
  const createDocumentRequest = { name, description, mimeType };
  // Not with the signal: a call that is given up may have been carried out, and its document could not be found again.
  const added = await knowledgeBases.addDocument({ id, createDocumentRequest });
  const doc = added.document.id;
  try {
    signal?.throwIfAborted();
    await sendBytes(added.uploadUrl, bytes, { ...options, digest });
    const document = await knowledgeBases.indexDocument({ id, doc }, signal === undefined ? {} : { signal });
    return { document, sha256: hex(digest) };
  } catch (error) {
    const remove = () => knowledgeBases.deleteDocument({ id, doc });
    // The failure that counts is the first one.
    await remove()
      .catch(remove)
      .catch(() => undefined);
    throw error;
  }
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
