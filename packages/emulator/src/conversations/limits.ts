/**
 * Limits of the organization. Equos has them (a removed endpoint returned `concurrent`, `duration` and `suspended`); what
 * start answers at one is not documented.
 */
export interface EmulatorLimits {
  /** Conversations that may run at once; default: any number. */
  readonly concurrent?: number;
  /** The largest `maxSeconds` of one conversation, and a cap on the default; default: any. */
  readonly seconds?: number;
  /** Whether the organization may start nothing at all; default `false`. */
  readonly suspended?: boolean;
  /** Status of a start that `concurrent` or `seconds` refuses; default 429. */
  readonly refuseStatus?: number;
  /** Status of a start of a suspended organization; default 403. */
  readonly suspendedStatus?: number;
}

const amount = { ok: (value: unknown) => typeof value === "number" && value >= 0, takes: "a number, 0 or more" };
const status = {
  ok: (value: unknown) => Number.isInteger(value) && Number(value) >= 400 && Number(value) <= 599,
  takes: "a status from 400 to 599",
};

const rules: Record<keyof EmulatorLimits, { ok(value: unknown): boolean; takes: string }> = {
  concurrent: amount,
  seconds: { ok: (value) => typeof value === "number" && value > 0, takes: "a number above 0" },
  suspended: { ok: (value) => typeof value === "boolean", takes: "true or false" },
  refuseStatus: status,
  suspendedStatus: status,
};

/** The limits as they were given; a name or value that does not exist throws. */
export function checkedLimits(given: EmulatorLimits): EmulatorLimits {
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.entries(rules).find(([known]) => known === name)?.[1];
    if (rule === undefined) {
      throw new TypeError(`limits.${name} does not exist; there are ${Object.keys(rules).join(", ")}`);
    }
    if (value !== undefined && !rule.ok(value)) throw new TypeError(`limits.${name} takes ${rule.takes}`);
  }
  return { ...given };
}
