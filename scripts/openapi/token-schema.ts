import { ref, type Schema } from "./schema.js";

// LiveKit's TokenSourceRequest as `core/src/http/token.ts` reads it, whose schema has no JSON form.

const name = (description: string): Schema => ({ description, type: "string" });

/** The request as the document has it: one spelling and one type per field, because clients are generated from it. */
export const tokenSchemas: Readonly<Record<string, Schema>> = {
  TokenSourceRequest: {
    description:
      "LiveKit's `TokenSourceRequest`. The server also takes protobuf's camel case names, and fields that are not listed here if they are empty: several SDKs send all their fields.",
    type: "object",
    additionalProperties: false,
    properties: {
      room_config: ref("schemas", "TokenRoom"),
      participant_identity: name("Left out, or what the server's own `authorize` gives."),
      participant_name: name("Ignored: the server's `authorize` names people."),
    },
  },
  TokenRoom: {
    description: "LiveKit's `RoomConfiguration`, of which only the first agent may be set.",
    type: "object",
    additionalProperties: false,
    properties: {
      agents: { description: "At most one.", type: "array", maxItems: 1, items: ref("schemas", "TokenAgent") },
    },
  },
  TokenAgent: {
    type: "object",
    additionalProperties: false,
    properties: {
      agent_name: name(
        "One of the names that this server gives to its characters; left out as `character` in `start`.",
      ),
      metadata: {
        ...name("JSON, for the server's own schema of `input`."),
        contentMediaType: "application/json",
      },
    },
  },
};

/** So many objects or lists may be nested and still say nothing. */
const DEPTH = 8;

const empty = { enum: [null, false, 0, ""] };

function unsetOf(depth: number): Schema {
  if (depth === 0) return empty;
  const inner = unsetOf(depth - 1);
  return { anyOf: [empty, { type: "object", additionalProperties: inner }, { type: "array", items: inner }] };
}

/** A field by both names that protobuf's JSON has for it; only one of them may say something. */
function fields(known: Readonly<Record<string, Schema>>): Schema {
  const unset = ref("schemas", "Unset");
  const both = Object.keys(known).map((name) => [name, camelCase(name)] as const);
  const twice = both.filter(([snake, camel]) => snake !== camel);
  const properties = both.flatMap(([snake, camel]) => [
    [snake, known[snake]] as const,
    ...(snake === camel ? [] : [[camel, known[snake]] as const]),
  ]);
  const once = twice.map(([snake, camel]) => ({
    anyOf: [{ properties: { [snake]: unset } }, { properties: { [camel]: unset } }],
  }));
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    unevaluatedProperties: unset,
    ...(once.length === 0 ? {} : { allOf: once }),
  };
}

const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const orUnset = (schema: Schema): Schema => ({ anyOf: [schema, ref("schemas", "Unset")] });

const text = (): Schema => orUnset({ type: "string" });

/** Everything that the server takes, in place of {@link tokenSchemas}: what its tests compare it with. */
export const completeTokenSchemas: Readonly<Record<string, Schema>> = {
  Unset: unsetOf(DEPTH),
  TokenSourceRequest: fields({
    room_config: orUnset(ref("schemas", "TokenRoom")),
    participant_identity: text(),
    participant_name: text(),
  }),
  TokenRoom: fields({
    agents: orUnset({ type: "array", maxItems: 1, items: orUnset(ref("schemas", "TokenAgent")) }),
  }),
  TokenAgent: fields({
    agent_name: text(),
    metadata: text(),
    // The name of its zero value.
    restart_policy: orUnset({ const: "JRP_ON_FAILURE" }),
  }),
};
