/**
 * What the page offers. Each is one of your characters at Equos, whose id the server reads from `EQUOS_CHARACTER_<ALIAS>`; pages name it by
 * its alias only.
 */
export const characters = [
  { alias: "guide", name: "Guide", about: "Shows you around and answers questions." },
  { alias: "coach", name: "Coach", about: "Listens, asks back, and helps you decide." },
] as const;

export type Alias = (typeof characters)[number]["alias"];
