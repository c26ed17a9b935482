import { apiKey, characterId, endpoint } from "./serving.js";

/** What Equos answers to a start, as far as hand-written routes look at it. */
export interface Started {
  readonly conversation: {
    readonly id: string;
    readonly serverUrl: string;
    readonly character: { readonly livekitIdentity: string };
  };
  readonly consumerAccessToken: string;
}

export const demoUser = { identity: "demo-user", name: "Demo User" };

/** A start as the documentation has it: the fields it names, no limit of time. */
export async function startOverFetch({ identity, name } = demoUser): Promise<Started> {
  const body = { name: "Demo conversation", characterId, consumer: { identity, name } };
  // As equos.ts answers.
  return (await call("/v3/conversations", JSON.stringify(body))) as Started;
}

export const stopOverFetch = (id: string): Promise<unknown> => call(`/v3/conversations/${id}/stop`);

async function call(path: string, body?: string): Promise<unknown> {
  const headers = { "content-type": "application/json", "x-api-key": apiKey };
  const response = await fetch(endpoint + path, { method: "POST", headers, ...(body === undefined ? {} : { body }) });
  if (!response.ok) throw new Error(`Equos answered ${response.status}`);
  return await response.json();
}
