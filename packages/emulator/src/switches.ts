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
  /**
   * Numbers that the document allows although they make no sense: `maxSeconds` of 0 or less, `take` below 0, and `take` or
   * `skip` that is no safe integer.
   *
   * - `"accept"` (default), as the document and NestJS' pipes do: such a conversation is over as it starts, a fraction of `take`
   *   or `skip` is dropped, and a `take` below 0 counts as 0.
   * - `"reject"`: refused with `invalidStatus`.
   */
  readonly oddNumbers: "accept" | "reject";
  /** The moment from which seconds are billed: `"startedAt"` (default) or `"joinedAt"`. Equos does not say. */
  readonly billFrom: "startedAt" | "joinedAt";
  /** Whether an unknown field in a request is a 400 (default `true`) or ignored. NestJS can be set to either. */
  readonly strictRequests: boolean;
  /** Order of lists, undocumented: `"oldest"` first (default: what you look for comes last) or `"newest"` first. */
  readonly order: "newest" | "oldest";
  /** Seconds a conversation may last when its start names no `maxSeconds`; default 600. Equos has one, unpublished. */
  readonly defaultMaxSeconds: number;
  /** When a transcript can be read: `"live"` (default), once it has `"ended"`, or `"never"`. Equos does not say. */
  readonly transcript: "live" | "ended" | "never";
  /** Status of a request that the schema refuses: `400` (default) or `422`. NestJS' default is 400. */
  readonly invalidStatus: 400 | 422;
  /** Status where a request's body names something that does not exist: `404` (default) or `400`. */
  readonly unknownReference: 404 | 400;
  /**
   * Deleting what something else uses: `"refuse"` with 409 (default), or `"detach"`, which sets the reference to `null` and
   * lets a conversation of a deleted character go on.
   */
  readonly deleteInUse: "refuse" | "detach";
  /** A second character of one `livekitIdentity`: 409 when `"unique"` (default), or `"any"`. */
  readonly livekitIdentity: "unique" | "any";
  /**
   * What characters carry besides ids outside of a start: `"ids"` (default) alone, or `"whole"`: face, voice, brain and
   * knowledge base too. The schema allows both.
   */
  readonly characterBlocks: "ids" | "whole";
  /**
   * A document whose bytes have not arrived: `"absent"` from its knowledge base (default), or `"listed"` there with size 0.
   */
  readonly pendingDocuments: "absent" | "listed";
  /** The texts of a document's status, which Equos does not publish. */
  readonly documentStatus: Readonly<Record<"added" | "uploaded" | "indexing" | "indexed", string>>;
  /** Seconds that indexing a document takes; default 5. */
  readonly indexSeconds: number;
  /** Seconds that an upload URL works; default 900. */
  readonly uploadSeconds: number;
  /** The verb that an upload URL takes: `"PUT"` (default) or `"POST"`. Equos documents none. */
  readonly uploadVerb: "PUT" | "POST";
  /** Indexing a document without its bytes: `"refuse"` with 409 (default), or `"accept"`: an empty document. */
  readonly indexWithoutBytes: "refuse" | "accept";
  /** Over which time usage is summed: the calendar `"month"` in UTC (default), or `"ever"`. */
  readonly billingCycle: "month" | "ever";
  /** Seconds of the free quota, which `getFreemiumUsage` never exceeds; default 3600. */
  readonly freemiumSeconds: number;
  /** What `getUserUsage` answers: `{ client, seconds }` as `"object"` (default), or the bare `"number"`. */
  readonly userUsage: "object" | "number";
  /** The body of errors: NestJS' `"nest"` (default), RFC 9457 `"problem"`, plain `"text"`, or `"empty"`. */
  readonly errorBody: "nest" | "problem" | "text" | "empty";
}

const defaults: EmulatorSwitches = {
  joined: "never",
  onConsumerLeave: "nothing",
  missing: "null",
  takeOverLimit: "reject",
  oddNumbers: "accept",
  billFrom: "startedAt",
  strictRequests: true,
  order: "oldest",
  defaultMaxSeconds: 600,
  transcript: "live",
  invalidStatus: 400,
  unknownReference: 404,
  deleteInUse: "refuse",
  livekitIdentity: "unique",
  characterBlocks: "ids",
  pendingDocuments: "absent",
  documentStatus: { added: "pending", uploaded: "uploaded", indexing: "indexing", indexed: "indexed" },
  indexSeconds: 5,
  uploadSeconds: 900,
  uploadVerb: "PUT",
  indexWithoutBytes: "refuse",
  billingCycle: "month",
  freemiumSeconds: 3600,
  userUsage: "object",
  errorBody: "nest",
};

const oneOf = (...allowed: unknown[]) => ({
  ok: (value: unknown) => allowed.includes(value),
  takes: allowed.map((value) => JSON.stringify(value)).join(", "),
});

/** Thirty years: further than any test, and well within what `Date` knows. */
const longestSeconds = 1e9;

const isPositive = (value: unknown): boolean => typeof value === "number" && value > 0 && value <= longestSeconds;

const isLate = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "lateMs" in value && (isPositive(value.lateMs) || value.lateMs === 0);

const joiners = oneOf("consumer", "avatar", "never");
const seconds = { ok: isPositive, takes: "seconds above 0, up to 1e9" };
const statusNames = Object.keys(defaults.documentStatus);

const areStatuses = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  statusNames.every((name) => typeof Reflect.get(value, name) === "string") &&
  Object.keys(value).every((name) => statusNames.includes(name));

const rules: Record<keyof EmulatorSwitches, { ok(value: unknown): boolean; takes: string }> = {
  joined: { ok: (value) => joiners.ok(value) || isLate(value), takes: `${joiners.takes}, { lateMs }` },
  onConsumerLeave: oneOf("nothing", "ends", "ends-but-stays-running"),
  missing: oneOf("null", "empty", "404"),
  takeOverLimit: oneOf("reject", "clamp"),
  oddNumbers: oneOf("accept", "reject"),
  billFrom: oneOf("startedAt", "joinedAt"),
  strictRequests: oneOf(true, false),
  order: oneOf("newest", "oldest"),
  defaultMaxSeconds: seconds,
  transcript: oneOf("live", "ended", "never"),
  invalidStatus: oneOf(400, 422),
  unknownReference: oneOf(404, 400),
  deleteInUse: oneOf("refuse", "detach"),
  livekitIdentity: oneOf("unique", "any"),
  characterBlocks: oneOf("ids", "whole"),
  pendingDocuments: oneOf("absent", "listed"),
  documentStatus: { ok: areStatuses, takes: `a text for each of ${statusNames.join(", ")}` },
  indexSeconds: { ok: (value) => value === 0 || isPositive(value), takes: "seconds from 0 to 1e9" },
  uploadSeconds: seconds,
  uploadVerb: oneOf("PUT", "POST"),
  indexWithoutBytes: oneOf("refuse", "accept"),
  billingCycle: oneOf("month", "ever"),
  freemiumSeconds: { ok: (value) => value === 0 || isPositive(value), takes: "seconds from 0 to 1e9" },
  userUsage: oneOf("object", "number"),
  errorBody: oneOf("nest", "problem", "text", "empty"),
};

/** Every switch by name, with what it takes. */
export const switchNames: Readonly<Record<keyof EmulatorSwitches, string>> = Object.fromEntries(
  Object.entries(rules).map(([name, { takes }]) => [name, takes]),
  // The keys are those of the rules.
) as Record<keyof EmulatorSwitches, string>;

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
