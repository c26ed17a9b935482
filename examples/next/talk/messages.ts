/** The one data topic of Equos' room protocol: JSON, sent reliably. */
export const topic = "equos_event";

export interface Utterance {
  readonly author: "agent" | "user";
  readonly content: string;
  /** `false`: more of it is coming, and will stand in its place. */
  readonly finished: boolean;
}

/** What the character tells the page. */
export type FromCharacter =
  | { readonly type: "utterance"; readonly utterance: Utterance }
  | { readonly type: "interrupt" }
  | { readonly type: "expire_soon"; readonly seconds: number }
  | { readonly type: "error"; readonly code: string }
  | { readonly type: "trigger"; readonly name: string; readonly params: unknown };

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** A message of the character's; `undefined` for whatever is none that this page knows. */
export function messageIn(payload: Uint8Array): FromCharacter | undefined {
  let parsed: Record<string, unknown>;
  try {
    parsed = Object(JSON.parse(new TextDecoder().decode(payload)));
  } catch {
    return undefined;
  }
  switch (parsed.type) {
    case "utterance": {
      const { author, content, finished } = Object(parsed.utterance);
      if ((author !== "agent" && author !== "user") || typeof content !== "string") return undefined;
      return { type: "utterance", utterance: { author, content, finished: finished !== false } };
    }
    case "interrupt":
      return { type: "interrupt" };
    case "expire_soon":
      return { type: "expire_soon", seconds: Number(parsed.seconds_remaining) || 0 };
    case "error":
      return { type: "error", code: String(parsed.code) };
    case "trigger":
      return { type: "trigger", name: textOf(parsed.name) ?? "", params: parsed.params };
    default:
      return undefined;
  }
}

/** What somebody typed, for the character. */
export const typed = (text: string): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify({ type: "usr.txt", text }));
