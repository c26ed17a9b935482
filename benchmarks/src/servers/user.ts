/** Whom a session belongs to. */
export interface User {
  readonly identity: string;
  readonly name: string;
  /** `spent`: may start once a month, and has. */
  readonly plan: "gold" | "spent";
}

/** Stands for a session middleware. The same for every server that asks who somebody is. */
export function userOf(cookie: string | null | undefined): User | undefined {
  const identity = /(?:^|; )session=([\w-]+)/.exec(cookie ?? "")?.[1];
  if (identity === undefined) return undefined;
  return { identity, name: "Ada Lovelace", plan: identity.startsWith("spent-") ? "spent" : "gold" };
}
