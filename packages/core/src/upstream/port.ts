/** A start at Equos: the fields of `CreateEquosConversationRequest` that the broker may set. */
export interface StartRequest {
  name: string;
  characterId: string;
  client: string;
  consumer: { identity: string; name: string };
  maxSeconds: number;
  promptCtx?: string;
  promptTemplateVars?: Record<string, string>;
  remoteAgent?: { identity: string; name: string };
  host?: { serverUrl: string; accessToken: string };
}

/** @inline */
export interface CallInit {
  signal?: AbortSignal;
  /** For clients on `fetch`, which would send the API key along to another host. */
  redirect?: "manual";
  /** Only for our own client, which calls it when the connection is ready. */
  beforeSend?: () => void;
}

/**
 * The part of an Equos client that the broker uses. Our `EquosClient` has it, and so has the official SDK's. The broker
 * checks the answers itself, so their types do not matter here.
 */
export interface EquosPort {
  readonly conversations: {
    startConversation(args: { createEquosConversationRequest: StartRequest }, options?: CallInit): Promise<unknown>;
    stopConversation(args: { id: string }, options?: CallInit): Promise<unknown>;
    getConversationById(args: { id: string }, options?: CallInit): Promise<unknown>;
    listConversations(args: { take: number; skip: number; client?: string }, options?: CallInit): Promise<unknown>;
  };
}
