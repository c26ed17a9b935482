const registry = Symbol.for("equos-broker.sweepers");

/** So many brokers with the same books are remembered, in case the latest one closes. */
const REMEMBERED = 8;

/** What has a timer of its own, and can do without. */
export interface OnDuty {
  /** Time has something to do. */
  begin(): void;
  /** Begins the run that was planned and has not come, if so. */
  makeUp(): Promise<void> | undefined;
  /** Somebody else sees to it from now on. */
  rest(): void;
}

// Frameworks evaluate a module several times, and with it this file.
function everywhere(): Map<string, OnDuty[]> {
  const globals = globalThis as { [registry]?: Map<string, OnDuty[]> };
  globals[registry] ??= new Map();
  return globals[registry];
}

/** Whoever of this process sees to these books. */
export const onDuty = (books: string): OnDuty | undefined => everywhere().get(books)?.at(-1);

/**
 * Of several brokers with the same books in one process the latest one sweeps for all: at a hot reload a framework makes a
 * new one, and nobody closes the old ones.
 */
export function takeDuty(books: string, sweeper: OnDuty): void {
  const others = (everywhere().get(books) ?? []).filter((other) => other !== sweeper);
  everywhere().set(books, [...others, sweeper].slice(-REMEMBERED));
  others.at(-1)?.rest();
  sweeper.begin();
}

/** The one before takes over again. */
export function leaveDuty(books: string, sweeper: OnDuty): void {
  const others = (everywhere().get(books) ?? []).filter((other) => other !== sweeper);
  if (others.length === 0) everywhere().delete(books);
  else everywhere().set(books, others);
  others.at(-1)?.begin();
}
