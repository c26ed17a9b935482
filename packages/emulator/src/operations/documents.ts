import type { CreateDocumentRequest } from "@equos-broker/api";
import { type Answer, refusal } from "../answer/answer.js";
import { documentAnswer, isWhole, newDocument, type StoredDocument } from "../state/documents.js";
import type { KnowledgeBase } from "../state/organization.js";
import { uploadPath } from "../state/upload-urls.js";
import { created, ok } from "./resources.js";
import type { Call, Carry, Setup } from "./setup.js";

export function documentOperations(setup: Setup) {
  const { organization, switches } = setup;
  const now = () => organization.clock.now();
  const answerOf = (document: StoredDocument) => documentAnswer(document, now(), switches);

  const addDocument: Carry = ({ path, body, origin }) => {
    const knowledgeBase = organization.knowledgeBases.get(path.id ?? "");
    // None of a document's operations is declared to answer null.
    if (knowledgeBase === undefined) return refusal(404, "Knowledge base not found");
    // Bodies are valid for their schema by now.
    const { name, description, mimeType } = body as CreateDocumentRequest;
    const document = newDocument({ knowledgeBaseId: knowledgeBase.id, name, description, mimeType }, now(), switches);
    knowledgeBase.documents.set(document.id, document);
    organization.documentsChanged();
    return created({
      document: answerOf(document),
      uploadUrl: origin + uploadPath(document),
      expireAt: new Date(document.upload.expiresAt).toISOString(),
    });
  };

  const onDocument =
    (act: (document: StoredDocument, of: KnowledgeBase) => Answer): Carry =>
    ({ path }: Call) => {
      const knowledgeBase = organization.knowledgeBases.get(path.id ?? "");
      const document = knowledgeBase?.documents.get(path.doc ?? "");
      if (knowledgeBase === undefined || document === undefined) return refusal(404, "Document not found");
      return act(document, knowledgeBase);
    };

  const indexDocument = onDocument((document) => {
    if (!isWhole(document)) {
      if (switches.indexWithoutBytes === "refuse") return refusal(409, "The document's bytes have not been uploaded");
      document.size = 0;
    }
    document.indexStartedAt ??= now();
    organization.documentsChanged();
    return ok(answerOf(document));
  });

  const deleteDocument = onDocument((document, { documents }) => {
    documents.delete(document.id);
    organization.documentsChanged();
    return ok(answerOf(document));
  });

  return { addDocument, indexDocument, deleteDocument };
}
