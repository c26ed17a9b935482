/** Throws an error that names the broken rule, unless the condition holds. */
export function check(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new Error(rule);
}

/** Throws an error that names the broken rule, unless both values are deeply equal. An absent field equals `undefined`. */
export function equal(actual: unknown, expected: unknown, rule: string): void {
  if (!isEqual(actual, expected)) throw new Error(`${rule}: expected ${print(expected)}, received ${print(actual)}`);
}

/** Compares the fields that `expected` names, and ignores all others. */
export function matches(actual: object, expected: object, rule: string): void {
  const fields = Object.keys(expected).map((field) => [field, Reflect.get(actual, field)] as const);
  equal(Object.fromEntries(fields), expected, rule);
}

function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const fields = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...fields].every((field) => isEqual(own(one, field), own(other, field)));
}

const own = (value: object, field: string): unknown =>
  Object.hasOwn(value, field) ? Reflect.get(value, field) : undefined;

function print(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
