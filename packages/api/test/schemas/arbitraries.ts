import fc from "fast-check";
import { isRecord, propertiesOf, type Schema, textsOf } from "../../scripts/schemas.js";
import { resolved } from "./document-schemas.js";

const dates = fc
  .date({ min: new Date("2020-01-01T00:00:00Z"), max: new Date("2035-01-01T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString());

const plain: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: fc.string({ unit: "grapheme", maxLength: 20 }),
  number: fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0.5, max: 10_000, noNaN: true })),
  integer: fc.integer({ min: 100, max: 599 }),
  boolean: fc.boolean(),
  null: fc.constant(null),
};

/** Choices of a schema: those of `oneOf`, or one per type. */
function choicesOf(schema: Schema): readonly Schema[] {
  if (Array.isArray(schema.oneOf)) return schema.oneOf.filter(isRecord).map(resolved);
  if (Array.isArray(schema.type)) return textsOf(schema.type).map((type) => ({ ...schema, type }));
  return [schema];
}

/** What is valid for a schema of the document. */
export function validFor(given: Schema): fc.Arbitrary<unknown> {
  const schema = resolved(given);
  const choices = choicesOf(schema);
  if (choices.length > 1) return fc.oneof(...choices.map(validFor));
  const [only = schema] = choices;
  if (Array.isArray(only.enum)) return fc.constantFrom(...textsOf(only.enum));
  if (only.format === "date-time") return dates;
  if (only.type === "array" && isRecord(only.items)) return fc.array(validFor(only.items), { maxLength: 3 });
  if (only.type === "object") return validObject(only);
  const arbitrary = plain[String(only.type)];
  if (arbitrary === undefined) throw new Error(`no arbitrary for ${JSON.stringify(only)}`);
  return arbitrary;
}

function validObject(schema: Schema): fc.Arbitrary<unknown> {
  if (isRecord(schema.additionalProperties)) {
    const key = fc.string({ minLength: 1, maxLength: 10 }).filter((name) => name !== "__proto__");
    return fc.dictionary(key, validFor(schema.additionalProperties), { maxKeys: 3, noNullPrototype: true });
  }
  const required = textsOf(schema.required);
  const model = Object.fromEntries(propertiesOf(schema).map(([name, property]) => [name, validFor(property)]));
  return fc.record(model, { requiredKeys: [...required], noNullPrototype: true });
}

/** A value that is wrong in one place. */
export interface Broken {
  readonly value: unknown;
  /** Where, such as `consumer.identity`. */
  readonly field: string;
  readonly how: "missing" | "type" | "enum" | "unknown";
}

const wrong: Readonly<Record<string, unknown>> = { string: 42, number: "12", integer: "12", boolean: "true" };

/** One defect at one place of a valid object: what makes it invalid stands beside it. */
export function brokenFor(given: Schema): fc.Arbitrary<Broken> {
  const schema = resolved(given);
  const required = textsOf(schema.required);
  const whole = validObject(schema);
  // The shape of what `validObject` makes is a record.
  const put = (name: string, defect: fc.Arbitrary<Broken>) =>
    fc.tuple(whole, defect).map(([object, { value, field, how }]) => ({
      value: { ...(object as Schema), [name]: value },
      field: field === "" ? name : `${name}.${field}`,
      how,
    }));
  const defects = propertiesOf(schema).flatMap(([name, property]) => [
    ...(required.includes(name) ? [whole.map((object) => without(name, object as Schema))] : []),
    put(name, defectOf(property)),
  ]);
  const unknown = whole.map(
    (object): Broken => ({
      value: { ...(object as Schema), addedTomorrow: 1 },
      field: "addedTomorrow",
      how: "unknown",
    }),
  );
  return fc.oneof(...defects, unknown);
}

function without(name: string, object: Schema): Broken {
  const { [name]: _, ...rest } = object;
  return { value: rest, field: name, how: "missing" };
}

function defectOf(property: Schema): fc.Arbitrary<Broken> {
  const choices = choicesOf(resolved(property)).filter(({ type }) => type !== "null");
  const [only = property] = choices;
  const at = (value: unknown, how: Broken["how"] = "type") => fc.constant({ value, field: "", how });
  if (Array.isArray(only.enum)) return fc.oneof(at("no such value", "enum"), at(42));
  if (only.type === "array") return at({});
  if (only.type === "object" && isRecord(only.additionalProperties)) return at([]);
  if (only.type === "object") return fc.oneof(at("text"), brokenFor(only));
  return at(wrong[String(only.type)]);
}
