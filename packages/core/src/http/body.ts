import { z } from "zod";
import type { Clock } from "../clock.js";
import { outcomeWithin, timeOver } from "../deadline.js";
import { lazily } from "../environment.js";
import { BrokerError, isBrokerError } from "../errors.js";
import type { Exchange } from "../exchange.js";

export const MAX_BODY_BYTES = 16 * 1024;

// Real ones are UUIDs and JWTs of a few hundred characters.
const claim = () => ({ id: z.string().min(1).max(200).optional(), token: z.string().min(1).max(8192).optional() });

export const startBody = lazily(() =>
  z.strictObject({
    character: z.string().min(1).max(64).optional(),
    input: z.unknown().optional(),
    fresh: z.boolean().optional(),
  }),
);
export const stopBody = lazily(() =>
  z.strictObject({ ...claim(), delivery: z.int().min(1).optional(), leaving: z.boolean().optional() }),
);
export const heartbeatBody = lazily(() => z.strictObject({ ...claim(), delivery: z.int().min(1).optional() }));

/**
 * The body of an exchange, checked against what its route takes. No body is an empty object.
 *
 * @throws BrokerError `body-too-large`, `body-timeout`, `body-unreadable`, `malformed-json` or `invalid-body`
 */
export async function readBody<T>(
  exchange: Exchange,
  schema: () => z.ZodType<T>,
  clock: Clock,
  seconds: number,
): Promise<T> {
  if (Number(exchange.header("content-length") ?? 0) > MAX_BODY_BYTES) throw new BrokerError("body-too-large");
  const body = await outcomeWithin(clock, seconds, () => exchange.readBody(MAX_BODY_BYTES)).catch((cause: unknown) => {
    throw isBrokerError(cause) ? cause : new BrokerError("body-unreadable", { cause });
  });
  if (body === timeOver) throw new BrokerError("body-timeout");
  // A parser of the host may have taken more than we do.
  if (sizeOf(body) > MAX_BODY_BYTES) throw new BrokerError("body-too-large");
  const result = schema().safeParse(parse(body));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.code === "unrecognized_keys" ? issue.keys[0] : issue?.path.join(".");
  // A field's name is the caller's own text: said back only when it is plainly a name.
  const named = field !== undefined && /^[\w.-]{1,64}$/.test(field);
  throw new BrokerError("invalid-body", named ? { publicMessage: `The field \`${field}\` is unknown or wrong.` } : {});
}

function sizeOf(body: unknown): number {
  if (body instanceof Uint8Array) return body.byteLength;
  if (typeof body === "string") return body.length;
  try {
    return JSON.stringify(body)?.length ?? 0;
  } catch {
    // What a parser of the host made cannot be written again: nested too deep, most likely.
    throw new BrokerError("invalid-body");
  }
}

function parse(body: unknown): unknown {
  if (body === undefined || body === null) return body === null ? null : {};
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return body;
  try {
    const text = typeof body === "string" ? body : new TextDecoder("utf-8", { fatal: true }).decode(body);
    return text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    throw new BrokerError("malformed-json");
  }
}

/** The media type of a Content-Type header, without parameters such as `charset`. */
function mediaType(header: string | undefined): string {
  return (header ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** JSON only: a form of another site cannot send it unasked. @throws BrokerError `unsupported-media-type` */
export function requireJson(contentType: string | undefined): void {
  if (mediaType(contentType) !== "application/json") throw new BrokerError("unsupported-media-type");
}

/**
 * Also what a closing page can still send, `navigator.sendBeacon(url, text)`, and nothing at all, whatever type a client
 * names for it.
 */
export function requireJsonOrText(header: (name: string) => string | undefined): void {
  const isEmpty = (header("content-length") ?? "0") === "0" && header("transfer-encoding") === undefined;
  if (isEmpty || ["", "application/json", "text/plain"].includes(mediaType(header("content-type")))) return;
  throw new BrokerError("unsupported-media-type", {
    publicMessage: "Send the body as application/json or text/plain.",
  });
}
