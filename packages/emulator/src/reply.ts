import type { Answer } from "./answer.js";

/** What goes back over the socket. */
export type Reply =
  | {
      readonly kind: "whole" | "half";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly text: string;
    }
  | { readonly kind: "drop" };

export const jsonType = "application/json; charset=utf-8";

/** JSON text; an `undefined` value is no text. */
export const textOf = (value: unknown): string => JSON.stringify(value) ?? "";

/** The answer as it is. */
export function replyWith({ status, value }: Answer): Reply {
  const text = textOf(value);
  return { kind: "whole", status, headers: text === "" ? {} : { "content-type": jsonType }, text };
}
