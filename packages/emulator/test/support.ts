import type {
  CreateEquosConversationRequest,
  CreateEquosConversationResponse,
  EquosConversation,
} from "@equos-broker/api";
import { type Emulator, type EmulatorOptions, startEmulator } from "@equos-broker/emulator";
import { onTestFinished } from "vitest";

/** An emulator that is closed when the test ends. */
export async function emulatorFor(options?: EmulatorOptions): Promise<Emulator> {
  const emulator = await startEmulator(options);
  onTestFinished(() => emulator.close());
  return emulator;
}

/** An authorized request with a JSON body. */
export function send(
  emulator: Emulator,
  verb: string,
  path: string,
  body?: unknown,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(`${emulator.url}${path}`, {
    method: verb,
    redirect: "manual",
    headers: { "x-api-key": emulator.apiKey, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    ...init,
  });
}

export const startBody = (
  emulator: Emulator,
  more: Partial<CreateEquosConversationRequest> = {},
): CreateEquosConversationRequest => ({
  name: "support",
  characterId: emulator.characterId,
  consumer: { identity: "ada", name: "Ada" },
  ...more,
});

export const postStart = (emulator: Emulator, more?: Partial<CreateEquosConversationRequest>, init?: RequestInit) =>
  send(emulator, "POST", "/v3/conversations", startBody(emulator, more), init);

/** A conversation started over HTTP. */
export async function started(
  emulator: Emulator,
  more?: Partial<CreateEquosConversationRequest>,
): Promise<CreateEquosConversationResponse> {
  const response = await postStart(emulator, more);
  if (response.status !== 201) throw new Error(`start answered ${response.status}: ${await response.text()}`);
  // The wire test validates this shape against the OpenAPI document.
  return (await response.json()) as CreateEquosConversationResponse;
}

export async function startedId(emulator: Emulator, more?: Partial<CreateEquosConversationRequest>): Promise<string> {
  return (await started(emulator, more)).conversation.id;
}

export const stop = (emulator: Emulator, id: string) => send(emulator, "POST", `/v3/conversations/${id}/stop`);

/** What get answers, as the API says it. */
export async function got(emulator: Emulator, id: string): Promise<EquosConversation> {
  // As above.
  return (await (await send(emulator, "GET", `/v3/conversations/${id}`)).json()) as EquosConversation;
}
