import { randomUUID } from "node:crypto";
import type { EquosDocument } from "@equos-broker/api";
import type { EmulatorSwitches } from "../switches.js";

/** A document of a knowledge base, with or without its bytes. Times are epoch milliseconds. */
export interface StoredDocument {
  readonly id: string;
  readonly knowledgeBaseId: string;
  readonly name: string;
  readonly description: string;
  readonly mimeType: string;
  readonly createdAt: number;
  /** The secret part of the upload URL, and when it stops working. */
  readonly upload: { readonly token: string; readonly expiresAt: number };
  content?: Uint8Array;
  /** Seeded documents have a size and no bytes. */
  size?: number;
  uploadedAt?: number;
  indexStartedAt?: number;
}

/** All of the bytes have arrived. */
export const isWhole = ({ size }: StoredDocument): boolean => size !== undefined;

export function newDocument(
  given: Pick<StoredDocument, "knowledgeBaseId" | "name" | "description" | "mimeType">,
  now: number,
  { uploadSeconds }: Pick<EmulatorSwitches, "uploadSeconds">,
): StoredDocument {
  return {
    ...given,
    id: `doc_${randomUUID()}`,
    createdAt: now,
    upload: { token: randomUUID(), expiresAt: now + uploadSeconds * 1_000 },
  };
}

const indexedAt = (
  { indexStartedAt }: StoredDocument,
  { indexSeconds }: Pick<EmulatorSwitches, "indexSeconds">,
): number => (indexStartedAt ?? Number.POSITIVE_INFINITY) + indexSeconds * 1_000;

/** Nothing about it will change by itself. */
export const isSettled = (document: StoredDocument, now: number, switches: EmulatorSwitches): boolean =>
  document.indexStartedAt === undefined || indexedAt(document, switches) <= now;

/** What the API says of a document at `now`. */
export function documentAnswer(document: StoredDocument, now: number, switches: EmulatorSwitches): EquosDocument {
  const { id, knowledgeBaseId, name, description, createdAt, uploadedAt, indexStartedAt } = document;
  const { added, uploaded, indexing, indexed } = switches.documentStatus;
  const doneAt = indexedAt(document, switches);
  const status =
    doneAt <= now ? indexed : indexStartedAt !== undefined ? indexing : isWhole(document) ? uploaded : added;
  const updatedAt = doneAt <= now ? doneAt : (indexStartedAt ?? uploadedAt ?? createdAt);
  return {
    id,
    knowledgeBaseId,
    name,
    description,
    size: document.size ?? 0,
    status,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}
