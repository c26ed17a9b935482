import type { IncomingMessage, ServerResponse } from "node:http";
import { refusal } from "../answer/answer.js";
import { replyWith } from "../answer/reply.js";
import type { Organization } from "../state/organization.js";
import {
  entityTag,
  isUpload,
  knowledgeBaseBytes,
  roomFor,
  store,
  type UploadRequest,
  uploadTarget,
} from "../state/upload-urls.js";
import { readBody } from "./body.js";
import { send } from "./server.js";

const headerOf = (value: string | string[] | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

/**
 * Takes the bytes of documents. What does not arrive whole is not stored.
 *
 * @returns whether the request was for an upload URL
 */
export function takeUpload(organization: Organization, request: IncomingMessage, response: ServerResponse): boolean {
  const target = request.url ?? "";
  if (!isUpload(target)) return false;
  upload(organization, request, response, target).catch(() => response.destroy());
  return true;
}

async function upload(
  organization: Organization,
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
): Promise<void> {
  const { switches } = organization;
  const asked: UploadRequest = {
    verb: request.method ?? "",
    target,
    contentType: request.headers["content-type"],
  };
  const document = uploadTarget(organization, asked);
  if ("status" in document) {
    request.resume();
    send(response, replyWith(document, switches));
    return;
  }
  const content = await readBody(request, knowledgeBaseBytes);
  // Meanwhile the document may have been deleted or indexed, or another one have filled the knowledge base.
  const now = uploadTarget(organization, asked);
  if ("status" in now) {
    send(response, replyWith(now, switches));
    return;
  }
  if (now !== document) {
    send(response, replyWith(refusal(409, "The document is another one by now"), switches));
    return;
  }
  if (content === undefined || content.byteLength > roomFor(organization, document)) {
    send(response, replyWith(refusal(413, "The knowledge base would be larger than 100 MB"), switches));
    return;
  }
  const answer = store(organization, document, content, headerOf(request.headers["content-digest"]));
  if (answer.status === 200) response.setHeader("etag", entityTag(content));
  send(response, replyWith(answer, switches));
}
