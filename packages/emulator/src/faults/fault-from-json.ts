import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { messageOf } from "../validation/schemas.js";
import type { Fault } from "./fault.js";
import { fault as constructors } from "./fault-constructors.js";

/** The header that brings a fault for its own request, so that tests which run side by side each have theirs. */
export const faultHeader = "x-equos-fault";

const properties = {
  status: { type: "integer", minimum: 100, maximum: 599 },
  body: {},
  contentType: { type: "string" },
  retryAfter: { type: ["number", "string"] },
  redirectTo: { type: "string" },
  after: { enum: ["create", "refuse"] },
  drop: { enum: [true, "half"] },
  delayMs: { type: "number", minimum: 0 },
  times: { type: "integer", minimum: 1 },
  probability: { type: "number", minimum: 0, maximum: 1 },
  silence: { const: true },
  kind: { enum: ["html", "empty", "truncated", "nullServerUrl", "nullToken"] },
};

const schema = { type: "object", properties, additionalProperties: false, minProperties: 1 };

let compiled: ValidateFunction<JsonFault> | undefined;

/** Compiled when the first one comes: most emulators never see one. */
function validator(): ValidateFunction<JsonFault> {
  compiled ??= new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile<JsonFault>(schema);
  return compiled;
}

/** A fault as it can be written in JSON: what `fault` has as functions is named by `kind`. */
interface JsonFault extends Omit<Fault, "set" | "when" | "until"> {
  readonly silence?: true;
  readonly kind?: "html" | "empty" | "truncated" | "nullServerUrl" | "nullToken";
}

/** The fault that a JSON text describes, or what is wrong with it. */
export function faultFromJson(text: string): { readonly fault: Fault } | { readonly messages: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { messages: ["a fault is a JSON object"] };
  }
  const validate = validator();
  if (!validate(value)) return { messages: (validate.errors ?? []).map(messageOf) };
  const { silence, kind, ...reach } = value;
  if (silence) return { fault: { ...constructors.silence(), ...reach } };
  return { fault: kind === undefined ? reach : { ...constructors[kind](), ...reach } };
}
