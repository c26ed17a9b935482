import { BrokerError, type ErrorCode, errorCodes } from "../../packages/core/src/errors.js";
import { problemReply } from "../../packages/core/src/http/reply.js";
import { entryOf } from "../entry-of.js";
import type { Route } from "../errors/error-text.js";
import { errorTexts } from "../errors/sections.js";
import { cors, headersOf } from "./headers.js";
import { ref, type Schema } from "./schema.js";

// Object.keys forgets the names that the table's type has.
const codes = Object.keys(errorCodes) as ErrorCode[];
const routes: readonly Route[] = ["start", "token", "stop", "keepalive", "cron"];

/** A status of a route, and the codes it is given with. */
interface Refusal {
  readonly route: Route;
  readonly status: number;
  readonly codes: readonly ErrorCode[];
}

/** What a route answers to a request of its own method. */
export const refusals: readonly Refusal[] = routes.flatMap((route) => {
  const own = codes.filter((code) => errorTexts[code].from.includes(route) && code !== "method-not-allowed");
  const statuses = [...new Set(own.map((code) => errorCodes[code][0]))].sort();
  return statuses.map((status) => ({ route, status, codes: own.filter((code) => errorCodes[code][0] === status) }));
});

/** Text of a response → the routes that give it. One that several give stands in the document once. */
const givers = new Map<string, Route[]>();
for (const one of refusals) entryOf(givers, JSON.stringify(responseOf(one)), () => []).push(one.route);

/** By its code, or by its status and who gives it. */
function nameOf(one: Refusal): string {
  const by = givers.get(JSON.stringify(responseOf(one))) ?? [];
  const [only, another] = one.codes;
  const isAlone = only !== undefined && another === undefined;
  return isAlone && one.route !== "cron" ? only : [isAlone ? only : one.status, ...by].join("-");
}

/** The refusals of a route, as an operation lists them. */
export const refusalsOf = (route: Route): Schema =>
  Object.fromEntries(
    refusals.filter((one) => one.route === route).map((one) => [String(one.status), ref("responses", nameOf(one))]),
  );

function responseOf({ route, status, codes: own }: Refusal): Schema {
  return refusal(own, [
    ...more(status),
    ...(own.includes("outdated") ? ["Newest-Delivery"] : []),
    ...(route === "cron" ? [] : cors),
  ]);
}

/** Headers of some refusals with a status. */
function more(status: number): readonly string[] {
  if (status === 401) return ["WWW-Authenticate"];
  if (status === 408) return ["Connection"];
  if (status === 415) return ["Accept"];
  if (status === 429) return ["Retry-After", "RateLimit", "RateLimit-Policy"];
  return [409, 503, 504].includes(status) ? ["Retry-After"] : [];
}

function refusal(own: readonly ErrorCode[], names: readonly string[]): Schema {
  const [status] = errorCodes[own[0] ?? "internal-error"];
  return {
    description: own.map((code) => `- \`${code}\`: ${errorCodes[code][1]}`).join("\n"),
    headers: headersOf(...names),
    content: {
      "application/problem+json": {
        schema: {
          allOf: [ref("schemas", "Problem")],
          properties: { status: { type: "integer", const: status }, code: { type: "string", enum: own } },
        },
        examples: Object.fromEntries(own.map((code) => [code, ref("examples", code)])),
      },
    },
  };
}

export const responses: Readonly<Record<string, Schema>> = {
  ...Object.fromEntries(refusals.map((one) => [nameOf(one), responseOf(one)])),
  "method-not-allowed": refusal(["method-not-allowed"], ["Allow", ...cors]),
  "origin-refused": refusal(["origin-refused"], cors),
  preflight: {
    description: "The page's origin is listed in `allowedOrigins`",
    headers: headersOf(
      ...["Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age", ...cors],
    ),
  },
};

/** Each problem as the broker itself writes it. */
export const examples: Readonly<Record<string, Schema>> = Object.fromEntries(
  codes
    .filter((code) => errorTexts[code].from.length > 0)
    .map((code) => [code, { value: JSON.parse(problemReply(new BrokerError(code)).body ?? "") }]),
);
