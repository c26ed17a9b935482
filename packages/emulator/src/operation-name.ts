/** The conversation operations of the Equos API v3, by their operation ids. */
export type OperationName = "startConversation" | "stopConversation" | "getConversationById" | "listConversations";
