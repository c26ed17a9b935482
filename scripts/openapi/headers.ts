import { ref, type Schema } from "./schema.js";

const header = (description: string, schema: Schema, required = false): Schema => ({
  description,
  ...(required ? { required } : {}),
  schema,
});
const text = { type: "string" };

export const headers: Readonly<Record<string, Schema>> = {
  "Cache-Control": header("The response must not be cached.", { type: "string", const: "no-store" }, true),
  "X-Content-Type-Options": header("", { type: "string", const: "nosniff" }, true),
  "Equos-Delivery": header(
    "Numbers each time that a conversation is handed out to this consumer; for `delivery` of `stop` and `keepalive`.",
    { type: "integer", minimum: 1 },
    true,
  ),
  "Newest-Delivery": header("With `outdated`: the number of the newest page.", { type: "integer", minimum: 1 }),
  "Equos-Conversation": header(
    "Equos' id, for `stop` and `keepalive`; percent-encoded where it is not plain ASCII, and left out where that is too long.",
    { type: "string", maxLength: 1024 },
  ),
  "Equos-Livekit-Identity": header("The avatar's identity in the room, encoded as the id.", {
    type: "string",
    maxLength: 1024,
  }),
  "Retry-After": header("Seconds.", { type: "integer", minimum: 0 }),
  RateLimit: header(
    "What is left of the consumer's own quotas, where the server has some (draft-ietf-httpapi-ratelimit-headers-11).",
    { type: "string", pattern: '^"(starts|seconds)";r=\\d+;t=\\d+(, "(starts|seconds)";r=\\d+;t=\\d+)?$' },
  ),
  "RateLimit-Policy": header("The quotas themselves.", {
    type: "string",
    pattern: '^"(starts|seconds)";q=\\d+(;qu="equos-seconds")?;w=\\d+(, "seconds";q=\\d+;qu="equos-seconds";w=\\d+)?$',
  }),
  Allow: header("For `cron`: `GET, POST`.", { type: "string", enum: ["POST", "GET, POST"] }, true),
  "WWW-Authenticate": header(
    "Also stands for the credentials that your `authorize` accepts.",
    { type: "string", const: "Bearer" },
    true,
  ),
  Accept: header(
    "The media types of the route.",
    { type: "string", enum: ["application/json", "application/json, text/plain"] },
    true,
  ),
  Connection: header("Over HTTP/1: the rest of the body is still on its way.", { type: "string", const: "close" }),
  Vary: header("Says `Origin` where the server lists other origins.", text),
  "Access-Control-Allow-Origin": header("To a page of a listed origin only, and exactly this origin.", text),
  "Access-Control-Allow-Credentials": header("", { type: "string", const: "true" }),
  "Access-Control-Expose-Headers": header("The headers that this document names.", text),
  "Access-Control-Allow-Methods": header("", { type: "string", const: "POST" }),
  "Access-Control-Allow-Headers": header("What was asked for.", text),
  "Access-Control-Max-Age": header("Seconds.", { type: "integer", minimum: 0 }),
};

/** Headers with two descriptions: the name here → the name in HTTP. */
const httpNames: Readonly<Record<string, string>> = { "Newest-Delivery": "Equos-Delivery" };

/** The headers of an answer: those that all have, and these. */
export function headersOf(...names: readonly string[]): Schema {
  const all = ["Cache-Control", "X-Content-Type-Options", ...names];
  return Object.fromEntries(all.map((name) => [httpNames[name] ?? name, ref("headers", name)]));
}

/** Where the server has `allowedOrigins`. */
export const cors: readonly string[] = [
  "Vary",
  "Access-Control-Allow-Origin",
  "Access-Control-Allow-Credentials",
  "Access-Control-Expose-Headers",
];
