/** The one data topic of Equos' room protocol; its messages are JSON and sent reliably. Source: LIVEKIT.md of the browser SDK. */
export const topic = "equos_event";

/** What a character tells the client. On the data channel its author is the agent. */
export type FromCharacter =
  | {
      readonly type: "utterance";
      readonly utterance: {
        readonly author: "agent" | "user";
        readonly content: string;
        readonly recordedAt: string;
        readonly finished: boolean;
      };
    }
  | { readonly type: "interrupt" }
  | { readonly type: "expire_soon"; readonly seconds_remaining: number };

/** The text that a consumer typed; `undefined` for any other message, and for what is none. */
export function typedText(payload: Uint8Array): string | undefined {
  let message: unknown;
  try {
    message = JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return undefined;
  }
  if (typeof message !== "object" || message === null || !("type" in message) || message.type !== "usr.txt")
    return undefined;
  return "text" in message && typeof message.text === "string" ? message.text : undefined;
}

export const encoded = (message: FromCharacter): Uint8Array => new TextEncoder().encode(JSON.stringify(message));
