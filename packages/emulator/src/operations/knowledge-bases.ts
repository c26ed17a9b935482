import type { CreateKnowledgeBaseRequest } from "@equos-broker/api";
import type { KnowledgeBase } from "../state/organization.js";
import { deleteBlock } from "./delete-block.js";
import { created, getOf, listOf, stamped } from "./resources.js";
import type { Carry, Setup } from "./setup.js";

export function knowledgeBaseOperations(setup: Setup) {
  const { organization } = setup;
  const { knowledgeBases } = organization;
  const answerOf = (knowledgeBase: KnowledgeBase) => organization.knowledgeBaseAnswer(knowledgeBase);

  const createKnowledgeBase: Carry = ({ body }) => {
    // Bodies are valid for their schema by now.
    const given = body as CreateKnowledgeBaseRequest;
    return created(answerOf(knowledgeBases.put({ ...stamped(setup, "kno"), ...given, documents: new Map() })));
  };

  return {
    listKnowledgeBases: listOf(setup, knowledgeBases, "items", answerOf),
    getKnowledgeBase: getOf(setup, knowledgeBases, "Knowledge base", answerOf),
    createKnowledgeBase,
    // Its documents go with it.
    deleteKnowledgeBase: deleteBlock(setup, knowledgeBases, "knowledgeBaseId", "Knowledge base", answerOf),
  };
}
