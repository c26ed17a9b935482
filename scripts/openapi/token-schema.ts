import { ref, type Schema } from "./schema.js";

// LiveKit's TokenSourceRequest as `core/src/http/token.ts` reads it, whose schema has no JSON form: several SDKs
// send all their fields, so what cannot be set here is refused only where it says something.

/** So many objects or lists may be nested and still say nothing. */
const DEPTH = 4;

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
    ...(snake === camel ? [] : [[camel, { ...known[snake], description: `The same as \`${snake}\`.` }] as const]),
  ]);
  const once = twice.map(([snake, camel]) => ({
    anyOf: [{ properties: { [snake]: unset } }, { properties: { [camel]: unset } }],
  }));
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    // As additionalProperties it would become part of each field's type in a client that is made from the document.
    unevaluatedProperties: unset,
    ...(once.length === 0 ? {} : { allOf: once }),
  };
}

const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const text = (description: string, more: Schema = {}): Schema => ({
  description,
  anyOf: [{ type: "string", ...more }, ref("schemas", "Unset")],
});

const orUnset = (schema: Schema): Schema => ({ anyOf: [schema, ref("schemas", "Unset")] });

export const tokenSchemas: Readonly<Record<string, Schema>> = {
  Unset: {
    description:
      "Counts as not sent: `null`, `false`, `0`, an empty text, and a list or object of nothing but such values, four deep at most. Inside of `egress` also the name of an enum's zero value, such as `DEFAULT_MIXING`.",
    ...unsetOf(DEPTH),
  },
  TokenRequest: {
    description:
      "LiveKit's `TokenSourceRequest`, with names in snake case or camel case. What a server decides (`room_name`, metadata and attributes of the participant, …) cannot be set; it may be sent if it says nothing.",
    ...fields({
      room_config: {
        description: "LiveKit's `RoomConfiguration`, of which only the first agent may be set.",
        ...orUnset(ref("schemas", "TokenRoom")),
      },
      participant_identity: text("Left out, or what the server's own `authorize` gives."),
      participant_name: text("Ignored: the server's `authorize` names people."),
    }),
  },
  TokenRoom: fields({
    agents: {
      description: "At most one.",
      ...orUnset({ type: "array", maxItems: 1, items: orUnset(ref("schemas", "TokenAgent")) }),
    },
  }),
  TokenAgent: fields({
    agent_name: text("One of the names that this server gives to its characters; left out as `character` in `start`."),
    metadata: text("JSON, for the server's own schema of `input`.", { contentMediaType: "application/json" }),
    restart_policy: orUnset({ description: "Cannot be set: the name of its zero value.", const: "JRP_ON_FAILURE" }),
  }),
};
