import type { CreateEquosConversationRequest } from "@equos-broker/api";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { document } from "./generated/document.js";

/** A start request, or what is wrong with it. */
export type CheckedStart =
  | { readonly request: CreateEquosConversationRequest }
  | { readonly messages: readonly string[] };

/** Every object with named properties refuses others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const children = Object.fromEntries(Object.entries(schema).map(([key, child]) => [key, closed(child)]));
  return "properties" in schema && !("additionalProperties" in schema)
    ? { ...children, additionalProperties: false }
    : children;
}

function messageOf({ instancePath, keyword, params, message }: ErrorObject): string {
  const where = instancePath.slice(1).replaceAll("/", ".");
  if (keyword === "additionalProperties") {
    const property = String(params.additionalProperty);
    return `property ${where === "" ? property : `${where}.${property}`} should not exist`;
  }
  return `${where === "" ? "body" : where} ${message ?? "is not valid"}`;
}

/** What the schema cannot say; bounds are the emulator's assumption, Equos documents none. */
function furtherMessages({ maxSeconds, consumer, remoteAgent }: CreateEquosConversationRequest): string[] {
  const messages: string[] = [];
  if (typeof maxSeconds === "number" && maxSeconds <= 0) messages.push("maxSeconds must be a positive number");
  if (consumer?.identity === "") messages.push("consumer.identity should not be empty");
  if (remoteAgent?.identity === "") messages.push("remoteAgent.identity should not be empty");
  return messages;
}

/** Checks start requests against the OpenAPI document; `strict` also refuses fields that it does not name. */
export function startChecker(strict: boolean): (body: unknown) => CheckedStart {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  const $defs = strict ? closed(document.$defs) : document.$defs;
  const validate = ajv.compile<CreateEquosConversationRequest>({
    $defs,
    $ref: "#/$defs/CreateEquosConversationRequest",
  });
  return (body) => {
    if (!validate(body)) return { messages: (validate.errors ?? []).map(messageOf) };
    const messages = furtherMessages(body);
    return messages.length > 0 ? { messages } : { request: body };
  };
}
