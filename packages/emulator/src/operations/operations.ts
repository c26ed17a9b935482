import type { OperationName } from "@equos-broker/api";
import { brainOperations } from "./brains.js";
import { characterOperations } from "./characters.js";
import { conversationOperations } from "./conversations.js";
import { documentOperations } from "./documents.js";
import { faceOperations } from "./faces.js";
import { knowledgeBaseOperations } from "./knowledge-bases.js";
import { ok } from "./resources.js";
import type { Carry, Setup } from "./setup.js";
import { tokenOperations } from "./tokens.js";
import { usageOperations } from "./usage.js";
import { voiceOperations } from "./voices.js";

export type Operations = Readonly<Record<OperationName, Carry>>;

/** All operations of the API on one state. */
export function operationsOn(setup: Setup): Operations {
  return {
    ...conversationOperations(setup),
    ...characterOperations(setup),
    ...brainOperations(setup),
    ...faceOperations(setup),
    ...voiceOperations(setup),
    ...knowledgeBaseOperations(setup),
    ...documentOperations(setup),
    ...tokenOperations(setup),
    ...usageOperations(setup),
    healthCheck: () => ok({ status: "ok", version: "emulator" }),
  };
}
