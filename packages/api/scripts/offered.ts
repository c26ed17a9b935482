/**
 * The tags of the OpenAPI document whose operations the client offers, and the namespace each one has in the official
 * SDK's `EquosClient`. Offering another tag is adding its row here and running `pnpm generate`.
 */
export const offered: Readonly<Record<string, string>> = {
  Conversation: "conversations",
};
