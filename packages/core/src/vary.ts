/** A `Vary` header with ours added to what the host has set: each name once. */
export function addVary(present: unknown, added: string): string {
  // As it is nearly always: of ours, nothing is there twice.
  if (present === undefined) return added;
  const names = [present, added].flat().flatMap((value) => String(value).split(","));
  const unique = new Map(names.map((name) => name.trim()).map((name) => [name.toLowerCase(), name]));
  unique.delete("");
  return unique.has("*") ? "*" : [...unique.values()].join(", ");
}
