import { createHash } from "node:crypto";
import { type Answer, refusal } from "../answer/answer.js";
import type { StoredDocument } from "./documents.js";
import type { Organization } from "./organization.js";

const prefix = "/emulator/uploads/";

/** 100 MB for all documents of a knowledge base, as Equos documents it. */
export const knowledgeBaseBytes = 100_000_000;

/** Where the bytes of a document go, its secret included. */
export const uploadPath = ({ id, upload }: StoredDocument): string => `${prefix}${id}?signature=${upload.token}`;

export const isUpload = (target: string): boolean => target.startsWith(prefix);

/** A request to an upload URL, not yet read. */
export interface UploadRequest {
  readonly verb: string;
  readonly target: string;
  readonly contentType: string | undefined;
}

/** Where the bytes may go, or why they may not. As storages do it, nothing tells what exists. */
export function uploadTarget(
  organization: Organization,
  { verb, target, contentType }: UploadRequest,
): StoredDocument | Answer {
  const { pathname, searchParams } = new URL(target, "http://localhost");
  const id = pathname.slice(prefix.length);
  const owners = organization.knowledgeBases.all();
  const document = owners.map(({ documents }) => documents.get(id)).find((each) => each !== undefined);
  if (
    document === undefined ||
    document.upload.token === "" ||
    searchParams.get("signature") !== document.upload.token
  ) {
    return refusal(403, "The upload URL is not valid");
  }
  if (verb !== organization.switches.uploadVerb)
    return refusal(405, `The upload URL takes ${organization.switches.uploadVerb}`);
  if (document.upload.expiresAt <= organization.clock.now()) return refusal(403, "The upload URL has expired");
  if (document.indexStartedAt !== undefined) return refusal(409, "The document is indexed already");
  if (contentType !== document.mimeType) {
    return refusal(403, `The upload URL was made for the content type ${document.mimeType}`);
  }
  return document;
}

/** Bytes that still fit into the document's knowledge base. */
export function roomFor(organization: Organization, document: StoredDocument): number {
  const { documents } = organization.knowledgeBases.get(document.knowledgeBaseId) ?? {
    documents: new Map<string, StoredDocument>(),
  };
  const others = [...documents.values()].filter((each) => each !== document);
  return knowledgeBaseBytes - others.reduce((sum, { size }) => sum + (size ?? 0), 0);
}

const algorithms: Readonly<Record<string, string>> = { "sha-256": "sha256", "sha-512": "sha512" };

/** Whether a `Content-Digest` (RFC 9530) names this content: every member of a known algorithm must, and one must be there. */
function isDigestOf(header: string, content: Uint8Array): boolean {
  const members = header.split(",").map((member) => /^\s*([\w-]+)=:([A-Za-z0-9+/=]*):\s*$/.exec(member));
  const known = members.flatMap((member) => {
    const algorithm = algorithms[member?.[1] ?? ""];
    return algorithm === undefined ? [] : [{ algorithm, digest: member?.[2] }];
  });
  const isOne = ({ algorithm, digest }: (typeof known)[number]) =>
    createHash(algorithm).update(content).digest("base64") === digest;
  return members.every((member) => member !== null) && known.length > 0 && known.every(isOne);
}

/** Stores a document whose bytes have all arrived. */
export function store(
  organization: Organization,
  document: StoredDocument,
  content: Uint8Array,
  digest: string | undefined,
): Answer {
  if (digest !== undefined && !isDigestOf(digest, content))
    return refusal(400, "The content is not what Content-Digest says");
  document.content = content;
  document.size = content.byteLength;
  document.uploadedAt = organization.clock.now();
  organization.documentsChanged();
  return { status: 200, value: undefined };
}

/** What storages call the content they hold. */
export const entityTag = (content: Uint8Array): string => `"${createHash("md5").update(content).digest("hex")}"`;
