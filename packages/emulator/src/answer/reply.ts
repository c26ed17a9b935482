import { STATUS_CODES } from "node:http";
import type { EmulatorSwitches } from "../switches.js";
import { type Answer, isRefusal, type Refusal } from "./answer.js";

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

/** The body of an error, of whatever shape; Equos documents none. */
export interface ErrorText {
  readonly text: string;
  readonly contentType: string;
}

/** Writes errors as the switch says. */
export function errorText({ status, refused }: Refusal, { errorBody }: Pick<EmulatorSwitches, "errorBody">): ErrorText {
  const title = STATUS_CODES[status] ?? "Error";
  if (errorBody === "empty") return { text: "", contentType: jsonType };
  if (errorBody === "nest") {
    return { text: textOf({ statusCode: status, message: refused, error: title }), contentType: jsonType };
  }
  const detail = typeof refused === "string" ? refused : refused.join("; ");
  if (errorBody === "text") return { text: detail, contentType: "text/plain; charset=utf-8" };
  return { text: textOf({ type: "about:blank", title, status, detail }), contentType: "application/problem+json" };
}

/** The answer as it is. */
export function replyWith(answer: Answer, switches: Pick<EmulatorSwitches, "errorBody">): Reply {
  const { text, contentType } = isRefusal(answer)
    ? errorText(answer, switches)
    : { text: textOf(answer.value), contentType: jsonType };
  const headers: Record<string, string> = text === "" ? {} : { "content-type": contentType };
  return { kind: "whole", status: answer.status, headers, text };
}
