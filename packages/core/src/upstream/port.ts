/** What the broker asks upstream to start: the fields of `CreateEquosConversationRequest` that it may set. */
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
interface CallInit {
  signal?: AbortSignal;
  /** For clients on `fetch`, which would take the API key along to another host. */
  redirect?: "manual";
  /** Only passed to our own client, which checks it when the connection is ready. */
  beforeSend?: () => void;
}

/**
 * The part of an Equos client that the broker uses. Our `EquosClient` has it, and so has the official SDK's; answers
 * are checked by the broker, so their types do not matter here.
 */
export interface EquosPort {
  readonly conversations: {
    startConversation(args: { createEquosConversationRequest: StartRequest }, options?: CallInit): Promise<unknown>;
    stopConversation(args: { id: string }, options?: CallInit): Promise<unknown>;
    getConversationById(args: { id: string }, options?: CallInit): Promise<unknown>;
    listConversations(args: { take: number; skip: number; client?: string }, options?: CallInit): Promise<unknown>;
  };
}
