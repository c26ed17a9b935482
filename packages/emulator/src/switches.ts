/**
 * What the public facts about Equos leave open. Every default is the setting that gives code that relies on Equos the
 * least to go by; run a suite on the other settings that matter to it too.
 *
 * @example
 * ```ts
 * await startEmulator({ switches: { joined: "consumer", onConsumerLeave: "ends" } });
 * ```
 */
export interface EmulatorSwitches {
  /**
   * Who makes `joinedAt` appear. Equos documents the field, not its trigger.
   *
   * - `"never"` (default): it stays `null`, so nothing can be concluded from it.
   * - `"consumer"`: when the consumer joins.
   * - `"avatar"`: when the avatar joins, one second after the start, whether or not a consumer ever comes.
   * - `{ lateMs }`: that many milliseconds after the consumer joined.
   */
  readonly joined: "consumer" | "avatar" | "never" | { readonly lateMs: number };
  /**
   * What the consumer's leaving does. LIVEKIT.md of the browser SDK says that the avatar ends the session; whether
   * status and bill follow is not stated.
   *
   * - `"nothing"` (default): the conversation runs, and is billed, until it is stopped or reaches `maxSeconds`.
   * - `"ends"`: status and bill end.
   * - `"ends-but-stays-running"`: the bill ends, while the API says `running` until a stop or `maxSeconds`.
   */
  readonly onConsumerLeave: "nothing" | "ends" | "ends-but-stays-running";
  /**
   * The answer of get for an unknown id, and of stop for an unknown or already ended one. The generated clients declare
   * `null`; NestJS on Express sends an empty body for it; a README shows an error.
   *
   * - `"null"` (default): the success code with the JSON text `null`.
   * - `"empty"`: the success code with no body.
   * - `"404"`: an error.
   */
  readonly missing: "null" | "empty" | "404";
  /** `take` above the documented maximum of 50: `"reject"` with 400 (default), or `"clamp"` to 50. */
  readonly takeOverLimit: "reject" | "clamp";
  /** The moment from which seconds are billed: `"startedAt"` (default) or `"joinedAt"`. Equos does not say. */
  readonly billFrom: "startedAt" | "joinedAt";
  /** Whether an unknown field in a request is a 400 (default `true`) or ignored. NestJS can be set to either. */
  readonly strictRequests: boolean;
  /** Order of lists, undocumented: `"oldest"` first (default: what you look for comes last) or `"newest"` first. */
  readonly order: "newest" | "oldest";
  /** Seconds a conversation may last when its start names no `maxSeconds`; default 600. Equos has one, unpublished. */
  readonly defaultMaxSeconds: number;
}

const defaults: EmulatorSwitches = {
  joined: "never",
  onConsumerLeave: "nothing",
  missing: "null",
  takeOverLimit: "reject",
  billFrom: "startedAt",
  strictRequests: true,
  order: "oldest",
  defaultMaxSeconds: 600,
};

const oneOf = (...allowed: unknown[]) => ({
  ok: (value: unknown) => allowed.includes(value),
  takes: allowed.map((value) => JSON.stringify(value)).join(", "),
});

const isPositive = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value) && value > 0;

const isLate = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "lateMs" in value && (isPositive(value.lateMs) || value.lateMs === 0);

const names = oneOf("consumer", "avatar", "never");

const rules: Record<keyof EmulatorSwitches, { ok(value: unknown): boolean; takes: string }> = {
  joined: { ok: (value) => names.ok(value) || isLate(value), takes: `${names.takes}, { lateMs }` },
  onConsumerLeave: oneOf("nothing", "ends", "ends-but-stays-running"),
  missing: oneOf("null", "empty", "404"),
  takeOverLimit: oneOf("reject", "clamp"),
  billFrom: oneOf("startedAt", "joinedAt"),
  strictRequests: oneOf(true, false),
  order: oneOf("newest", "oldest"),
  defaultMaxSeconds: { ok: isPositive, takes: "seconds above 0" },
};

/** The given switches over the defaults; a name or value that does not exist throws. */
export function completeSwitches(given: Partial<EmulatorSwitches> = {}): EmulatorSwitches {
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.entries(rules).find(([known]) => known === name)?.[1];
    if (rule === undefined) {
      throw new TypeError(`switches.${name} does not exist; there are ${Object.keys(rules).join(", ")}`);
    }
    if (!rule.ok(value)) throw new TypeError(`switches.${name} takes ${rule.takes}`);
  }
  return { ...defaults, ...given };
}
