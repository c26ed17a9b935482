/** The tags of the OpenAPI document and the namespace that each one has in the official SDK's `EquosClient`. */
export const offered: Readonly<Record<string, string>> = {
  Conversation: "conversations",
  Character: "characters",
  Brain: "brains",
  Face: "faces",
  Voice: "voices",
  KnowledgeBase: "knowledgeBases",
  Tokens: "tokens",
  Organization: "organizations",
  Health: "health",
};
