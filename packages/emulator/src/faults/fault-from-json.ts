import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { messageOf } from "../validation/schemas.js";
import type { Fault } from "./fault.js";
import { fault as constructors } from "./fault-constructors.js";

/** The header that brings a fault for its own request, so that tests which run side by side each have theirs. */
export const faultHeader = "x-equos-fault";

/** What a header can carry. */
const headerText = { type: "string", pattern: "^[\\t\\x20-\\x7e]*$" };

const properties = {
  // Below 200 no answer would follow.
  status: { type: "integer", minimum: 200, maximum: 599 },
  body: {},
  contentType: headerText,
  retryAfter: { anyOf: [{ type: "number" }, headerText] },
  redirectTo: headerText,
  after: { enum: ["create", "refuse"] },
  drop: { enum: [true, "half"] },
  delayMs: { type: "number", minimum: 0 },
  silence: { const: true },
  kind: { enum: ["html", "empty", "truncated", "nullServerUrl", "nullToken"] },
};

/** How many requests a fault hits says only one that waits in the queue: the one in a header is its own request's. */
const ofTheQueue = {
  times: { type: "integer", minimum: 1 },
  probability: { type: "number", minimum: 0, maximum: 1 },
};

const schemas = {
  header: { type: "object", properties, additionalProperties: false, minProperties: 1 },
  queue: {
    type: "object",
    properties: { ...properties, ...ofTheQueue },
    additionalProperties: false,
    minProperties: 1,
  },
};

const compiled = new Map<keyof typeof schemas, ValidateFunction<JsonFault>>();

/** Compiled when the first one comes: most emulators never see one. */
function validator(where: keyof typeof schemas): ValidateFunction<JsonFault> {
  let validate = compiled.get(where);
  if (validate === undefined) {
    validate = new Ajv2020({ allErrors: true }).compile<JsonFault>(schemas[where]);
    compiled.set(where, validate);
  }
  return validate;
}

/** A fault as it can be written in JSON: what `fault` has as functions is named by `kind`. */
interface JsonFault extends Omit<Fault, "set" | "when" | "until"> {
  readonly silence?: true;
  readonly kind?: "html" | "empty" | "truncated" | "nullServerUrl" | "nullToken";
}

/** The fault that a JSON text describes, or what is wrong with it. */
export function faultFromJson(
  text: string,
  where: keyof typeof schemas,
): { readonly fault: Fault } | { readonly messages: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { messages: ["a fault is a JSON object"] };
  }
  const validate = validator(where);
  if (!validate(value)) return { messages: (validate.errors ?? []).map(messageOf) };
  const { silence, kind, ...reach } = value;
  if (silence) return { fault: { ...constructors.silence(), ...reach } };
  return { fault: kind === undefined ? reach : { ...constructors[kind](), ...reach } };
}
