import { STATUS_CODES } from "node:http";

/** What an operation answers; an `undefined` value is an empty body. */
export interface Answer {
  readonly status: number;
  readonly value: unknown;
}

/** The error body that NestJS sends by default; Equos documents none. */
export function refusal(status: number, message: string | readonly string[]): Answer {
  return { status, value: { statusCode: status, message, error: STATUS_CODES[status] ?? "Error" } };
}
