/**
 * The public surface of `@equos/node-sdk` 3.1 as far as the broker meets it, written by hand from the SDK's generated
 * client and README, since not every registry serves the package. Values that a test needs; types that a test checks.
 */
export declare class OfficialEquosClient {
  private constructor();
  static create(apiKey: string, options?: { endpoint?: string }): OfficialEquosClient;
  readonly conversations: {
    startConversation(
      requestParameters: { createEquosConversationRequest: OfficialStartRequest },
      initOverrides?: RequestInit | ((context: { init: object; context: object }) => Promise<RequestInit>),
    ): Promise<OfficialStartResponse>;
    stopConversation(requestParameters: { id: string }, initOverrides?: RequestInit): Promise<OfficialConversation>;
    getConversationById(requestParameters: { id: string }, initOverrides?: RequestInit): Promise<OfficialConversation>;
    listConversations(
      requestParameters?: { take?: number; skip?: number; client?: string },
      initOverrides?: RequestInit,
    ): Promise<{ skip: number; take: number; total: number; conversations: OfficialConversation[] }>;
  };
}

interface OfficialStartRequest {
  name: string;
  characterId: string;
  client?: string | null;
  host?: { serverUrl: string; accessToken: string } | null;
  remoteAgent?: { identity: string; name: string } | null;
  consumer?: { identity: string; name: string } | null;
  maxSeconds?: number | null;
  promptCtx?: string | null;
  promptTemplateVars?: { [key: string]: string } | null;
}

interface OfficialConversation {
  id: string;
  status: "running" | "blocked" | "ended" | "error";
  serverUrl?: string | null;
  maxSeconds: number;
  startedAt: Date;
  joinedAt?: Date | null;
  endedAt?: Date | null;
}

interface OfficialStartResponse {
  conversation: OfficialConversation & { character: { name: string; livekitIdentity: string } };
  consumerAccessToken?: string | null;
  remoteAgentAccessToken?: string | null;
}

/** What the SDK throws for every answer that is not 2xx: the fetch Response, its body unread. */
export class OfficialResponseError extends Error {
  override name = "ResponseError" as const;
  constructor(public response: Response) {
    super("Response returned an error code");
  }
}

/** What it throws when the network fails. */
export class OfficialFetchError extends Error {
  override name = "FetchError" as const;
  constructor(public override cause: Error) {
    super("The request failed and the interceptors did not return an alternative response");
  }
}

type Call = (path: string, init: RequestInit) => Promise<unknown>;

/** A client that behaves as the SDK does: fetch, Date objects, no `null` handling. */
export function officialLikeClient(endpoint: string, apiKey: string) {
  const call: Call = async (path, init) => {
    const headers = { "x-api-key": apiKey, "content-type": "application/json" };
    const response = await fetch(endpoint + path, { ...init, headers }).catch((error: Error) => {
      throw new OfficialFetchError(error);
    });
    if (response.status < 200 || response.status > 299) throw new OfficialResponseError(response);
    return JSON.parse(await response.text(), (key, value) => (/At$/.test(key) && value ? new Date(value) : value));
  };
  return {
    conversations: {
      startConversation: (args: { createEquosConversationRequest: object }, init: RequestInit = {}) =>
        call("/v3/conversations", {
          ...init,
          method: "POST",
          body: JSON.stringify(args.createEquosConversationRequest),
        }),
      stopConversation: ({ id }: { id: string }, init: RequestInit = {}) =>
        call(`/v3/conversations/${id}/stop`, { ...init, method: "POST" }),
      getConversationById: ({ id }: { id: string }, init: RequestInit = {}) => call(`/v3/conversations/${id}`, init),
      listConversations: (query: { take?: number; skip?: number; client?: string } = {}, init: RequestInit = {}) =>
        call(`/v3/conversations?${new URLSearchParams(JSON.parse(JSON.stringify(query)))}`, init),
    },
  };
}
