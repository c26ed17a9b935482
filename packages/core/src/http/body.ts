import { z } from "zod";
import { outcomeWithin, timeOver } from "../deadline.js";
import { lazily } from "../environment.js";
import { BrokerError, isBrokerError } from "../errors.js";
import type { Exchange } from "../exchange.js";
import { show } from "../hint.js";
import type { Settings } from "../settings.js";

const MAX_BODY_BYTES = 16 * 1024;

const text = (maxLength: number) => z.string().min(1).max(maxLength).optional();
// Ids are UUIDs, and tokens are JWTs of a few hundred characters.
const pageFields = () => ({ id: text(200), token: text(8192), delivery: z.int().min(1).optional() });

export const startBody = lazily(() =>
  z.strictObject({ character: text(64), input: z.unknown().optional(), fresh: z.boolean().optional() }),
);
export const stopBody = lazily(() => z.strictObject({ ...pageFields(), leaving: z.boolean().optional() }));
export const heartbeatBody = lazily(() => z.strictObject(pageFields()));

/**
 * Reads the body and checks it against the schema of its route. No body counts as an empty object.
 *
 * @throws BrokerError `body-too-large`, `body-timeout`, `body-unreadable`, `malformed-json` or `invalid-body`
 */
export async function readBody<T>(
  exchange: Exchange,
  schema: () => z.ZodType<T>,
  { clock, timeouts }: Settings,
): Promise<T> {
  if (Number(exchange.header("content-length") ?? 0) > MAX_BODY_BYTES) throw new BrokerError("body-too-large");
  const read = () => exchange.readBody(MAX_BODY_BYTES);
  const body = await outcomeWithin(clock, timeouts.bodySeconds, read).catch((cause: unknown) => {
    throw isBrokerError(cause) ? cause : new BrokerError("body-unreadable", { cause });
  });
  if (body === timeOver) throw new BrokerError("body-timeout");
  const result = schema().safeParse(parse(body));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const path = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])];
  const field = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  // The caller may have chosen the name. LiveKit's Android client reads the two excluded ones in any response.
  const isName = /^\.(?!.*(server_url|participant_token))[\w.[\]-]{1,64}$/.test(field);
  const problem = unknown === undefined ? "is wrong" : "cannot be set here. Leave it out";
  const reason = unknown === undefined ? `wrong: ${issue?.message}` : "unknown: docs/http.md lists the route's fields";
  const hint = `${field === "" ? "The body" : `The field ${show(field.slice(1))}`} is ${reason}`;
  throw new BrokerError("invalid-body", {
    hint,
    ...(isName && { publicMessage: `The field \`${field.slice(1)}\` ${problem}.` }),
  });
}

/** Returns the value of a JSON text, or what a parser of the host has returned, whose own limit may be higher. */
function parse(body: unknown): unknown {
  if (body === undefined) return {};
  const isText = typeof body === "string" || body instanceof Uint8Array;
  if ((isText ? body : stringify(body)).length > MAX_BODY_BYTES) throw new BrokerError("body-too-large");
  if (!isText) return body;
  try {
    const json = typeof body === "string" ? body : new TextDecoder("utf-8", { fatal: true }).decode(body);
    return json.trim() === "" ? {} : JSON.parse(json);
  } catch {
    throw new BrokerError("malformed-json");
  }
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    // Nested too deep, most likely.
    throw new BrokerError("invalid-body");
  }
}

/**
 * Returns the media types of a route: JSON, which a form of another site cannot send. About a running conversation also text,
 * which a closing page sends with `navigator.sendBeacon`.
 */
export const mediaTypes = (action: string): readonly string[] =>
  ["stop", "keepalive"].includes(action) ? ["application/json", "text/plain"] : ["application/json"];

/**
 * Checks the type of the body. Where text is accepted, an empty body of any type is too.
 *
 * @throws BrokerError `unsupported-media-type`
 */
export function checkMediaType(exchange: Exchange): void {
  const accepted = mediaTypes(exchange.action);
  const type = (exchange.header("content-type") ?? "").replace(/;.*/s, "").trim().toLowerCase();
  if (accepted.includes(type)) return;
  if (accepted.includes("text/plain")) {
    const length = exchange.header("content-length") ?? "0";
    const isEmpty = length === "0" && exchange.header("transfer-encoding") === undefined;
    if (isEmpty || type === "") return;
  }
  const publicMessage = `Send the body as ${accepted.join(" or ")}.`;
  const hint = `The Content-Type is ${show(type)}: send the body as application/json`;
  throw new BrokerError("unsupported-media-type", { publicMessage, hint });
}
