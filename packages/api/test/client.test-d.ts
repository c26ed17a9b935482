import { describe, expectTypeOf, it } from "vitest";
import {
  type ApiKey,
  type CallOptions,
  type ConversationsApi,
  type CreateEquosConversationRequest,
  type CreateEquosConversationResponse,
  type CreateEquosFaceRequest,
  certainlyNotSent,
  type EquosApis,
  type EquosBrain,
  EquosClient,
  type EquosClientOptions,
  type EquosConversation,
  type EquosDocument,
  type EquosFace,
  EquosFaceIdentity,
  type EquosKnowledgeBase,
  EquosVoiceIdentity,
  everyItem,
  type FetchError,
  type ItemOf,
  type ListEquosBrainsResponse,
  type ListEquosConversationsResponse,
  type ListEquosKnowledgeBasesResponse,
  parseEndpoint,
  type ResponseError,
  systemCode,
  uploadDocument,
} from "../src/index.js";

const equos = EquosClient.create("key");
const { conversations } = equos;

describe("arguments", () => {
  it("are the official SDK's objects", () => {
    expectTypeOf(conversations.startConversation).parameter(0).toEqualTypeOf<{
      createEquosConversationRequest: CreateEquosConversationRequest;
    }>();
    expectTypeOf(conversations.stopConversation).parameter(0).toEqualTypeOf<{ id: string }>();
    expectTypeOf(conversations.getConversationById).parameter(0).toEqualTypeOf<{ id: string }>();
    expectTypeOf(conversations.listConversations)
      .parameter(0)
      .toEqualTypeOf<
        { take?: number | undefined; skip?: number | undefined; client?: string | undefined } | undefined
      >();
  });

  it("are required where the API requires them", () => {
    expectTypeOf<{ name: string; characterId: string }>().toExtend<CreateEquosConversationRequest>();
    expectTypeOf<{ name: string }>().not.toExtend<CreateEquosConversationRequest>();
    // @ts-expect-error an id is needed
    () => conversations.stopConversation();
    // @ts-expect-error an id is a string
    () => conversations.stopConversation({ id: undefined });
    // @ts-expect-error the request stands in an object
    () => conversations.startConversation({ name: "support", characterId: "cha_1" });
    // @ts-expect-error no such filter
    () => conversations.listConversations({ status: "running" });
    () => conversations.listConversations();
  });
});

describe("results", () => {
  it("are null where a missing resource is a success", () => {
    expectTypeOf(conversations.stopConversation).returns.resolves.toEqualTypeOf<EquosConversation | null>();
    expectTypeOf(conversations.getConversationById).returns.resolves.toEqualTypeOf<EquosConversation | null>();
    expectTypeOf(conversations.startConversation).returns.resolves.toEqualTypeOf<CreateEquosConversationResponse>();
    expectTypeOf(conversations.listConversations).returns.resolves.toEqualTypeOf<ListEquosConversationsResponse>();
  });

  it("say what may be missing: the room, the token and the dates", () => {
    expectTypeOf<CreateEquosConversationResponse["consumerAccessToken"]>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<null>().toExtend<EquosConversation["serverUrl"]>();
    expectTypeOf<EquosConversation["startedAt"]>().toExtend<string | null | undefined>();
    expectTypeOf<
      CreateEquosConversationResponse["conversation"]["character"]["livekitIdentity"]
    >().toEqualTypeOf<string>();
  });
});

describe("options", () => {
  it("of a call are a signal and a time limit", () => {
    expectTypeOf<CallOptions>().toEqualTypeOf<{
      readonly signal?: AbortSignal | undefined;
      readonly timeoutMs?: number | undefined;
    }>();
    for (const method of [
      "startConversation",
      "stopConversation",
      "getConversationById",
      "listConversations",
    ] as const) {
      expectTypeOf<Parameters<ConversationsApi[typeof method]>[1]>().toEqualTypeOf<CallOptions | undefined>();
    }
  });

  it("of a client", () => {
    expectTypeOf(EquosClient.create).parameters.toEqualTypeOf<[ApiKey, EquosClientOptions?]>();
    expectTypeOf<() => Promise<string>>().toExtend<ApiKey>();
    expectTypeOf<undefined>().not.toExtend<ApiKey>();
    expectTypeOf(globalThis.fetch).toExtend<NonNullable<EquosClientOptions["fetch"]>>();
    // @ts-expect-error the constructor is private
    () => new EquosClient();
  });
});

describe("the client", () => {
  it("has the generated namespaces, read-only", () => {
    expectTypeOf<EquosClient>().toExtend<EquosApis>();
    expectTypeOf<EquosClient["conversations"]>().toEqualTypeOf<ConversationsApi>();
    const client = EquosClient.create("key");
    // @ts-expect-error read-only
    client.conversations = conversations;
    expectTypeOf(client.getBasePath).returns.toEqualTypeOf<string>();
  });
});

describe("errors", () => {
  it("have names that a switch can tell apart", () => {
    expectTypeOf<ResponseError["name"]>().toEqualTypeOf<"ResponseError">();
    expectTypeOf<ResponseError["response"]["status"]>().toEqualTypeOf<number>();
    expectTypeOf<ReturnType<ResponseError["response"]["text"]>>().resolves.toEqualTypeOf<string>();
    expectTypeOf<FetchError["sent"]>().toEqualTypeOf<boolean>();
    expectTypeOf<FetchError["code"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf(certainlyNotSent).toEqualTypeOf<(error: unknown) => boolean>();
    expectTypeOf(systemCode).toEqualTypeOf<(error: unknown) => string | undefined>();
    expectTypeOf(parseEndpoint).toEqualTypeOf<(endpoint: string) => string>();
  });
});

describe("enums", () => {
  it("are values, closed in what is sent, and open in what comes", () => {
    expectTypeOf(EquosFaceIdentity.Tommy).toEqualTypeOf<"tommy">();
    expectTypeOf(EquosVoiceIdentity.Kore).toExtend<EquosVoiceIdentity>();
    expectTypeOf<{ identity: "byron" }>().not.toExtend<CreateEquosFaceRequest>();
    expectTypeOf<string>().toExtend<EquosFace["identity"]>();
    expectTypeOf<"running">().toExtend<EquosConversation["status"]>();
  });
});

describe("every item of a list", () => {
  it("is what stands in the list's array, whatever its name", () => {
    expectTypeOf<ItemOf<ListEquosBrainsResponse>>().toEqualTypeOf<EquosBrain>();
    expectTypeOf<ItemOf<ListEquosKnowledgeBasesResponse>>().toEqualTypeOf<EquosKnowledgeBase>();
    expectTypeOf(everyItem(equos.brains.listBrains, { client: "shop" })).toEqualTypeOf<
      AsyncGenerator<EquosBrain, void, undefined>
    >();
    // @ts-expect-error a list of one thing, not the thing
    () => everyItem(equos.brains.getBrain);
  });
});

describe("an upload", () => {
  it("takes this client, or one like the official SDK's with its own documents", () => {
    const options = { id: "kno_1", name: "a", description: "b", mimeType: "text/plain", content: new Uint8Array() };
    expectTypeOf(uploadDocument(equos, options)).resolves.toEqualTypeOf<{
      readonly document: EquosDocument;
      readonly sha256: string;
    }>();
    interface Official {
      id: string;
      createdAt: Date;
    }
    const official = {
      knowledgeBases: {
        addDocument: async (_: { id: string; createDocumentRequest: object }) => ({
          document: { id: "doc_1", createdAt: new Date() },
          uploadUrl: "",
          expireAt: new Date(),
        }),
        indexDocument: async (_: { id: string; doc: string }): Promise<Official> => ({ id: "", createdAt: new Date() }),
        deleteDocument: async (_: { id: string; doc: string }): Promise<Official> => ({
          id: "",
          createdAt: new Date(),
        }),
      },
    };
    expectTypeOf(uploadDocument(official, options)).resolves.toHaveProperty("document").toEqualTypeOf<Official>();
    // @ts-expect-error a media type is needed
    () => uploadDocument(equos, { ...options, mimeType: undefined });
  });
});
