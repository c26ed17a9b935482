import { parseEndpoint } from "@equos-broker/api";
import { z } from "zod";
import { systemClock } from "./clock.js";
import type { Consumer } from "./consumer.js";
import { environment, lazily, secretsIn, trimmed } from "./environment.js";
import { attempt, BrokerError } from "./errors.js";
import { didYouMean, show } from "./hint.js";
import { isOrigin } from "./is-origin.js";
import { consoleLogger, guarded } from "./logger.js";
import type { BrokerOptions } from "./options.js";
import { MIN_SECONDS } from "./state/quotas.js";
import { memoryStore } from "./store/memory-store.js";

const takes = (what: string) => ({ error: `must be ${what}` });

const rule = <T = unknown>(what: string, test: (value: unknown) => boolean) => z.custom<T>(test, takes(what));

const isFunction = (value: unknown): boolean => typeof value === "function";

const hook = () => rule("a function", isFunction);

const text = (what: string, test: (value: string) => boolean) =>
  rule<string>(what, (value) => typeof value === "string" && test(value));

/** An option that usually comes from the environment. */
const setting = <T extends z.ZodType>(schema: T) => z.preprocess(trimmed, schema.optional());

const number = (what: string, min: number, max: number, test = Number.isFinite) =>
  rule<number>(
    `a ${what} from ${min} to ${max}`,
    (value) => test(value) && Number(value) >= min && Number(value) <= max,
  );

const seconds = (min: number, max: number, fallback: number) => number("number of seconds", min, max).default(fallback);

const count = (min: number, max: number, unit = "") => number(`whole number${unit}`, min, max, Number.isInteger);

const object = <T extends z.ZodRawShape>(shape: T, what = "an object") =>
  z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return `must be ${what}`;
      return `is not an option of ConversationBroker.${didYouMean(issue.keys[0] ?? "", Object.keys(shape))}`;
    },
  });

const quota = (min: number) =>
  object(
    { max: count(min, 1_000_000_000), perSeconds: count(1, 31 * 86_400) },
    "an object such as { max: 10, perSeconds: 3600 }",
  );

const oneOf = <T extends string | number>(...values: T[]) =>
  z.literal(values, takes(values.map((value) => JSON.stringify(value)).join(" or ")));

const origin = () =>
  text(
    "an exact origin such as https://shop.example: lower case, with no path, default port, final dot, or wildcard",
    isOrigin,
  );

/** An object that has these methods, itself or under a key. */
const having = (what: string, methods: readonly string[], key?: string) =>
  rule(what, (value) => {
    const target: unknown = key === undefined ? value : Reflect.get(Object(value), key);
    // A getter that throws is handled where the method is called.
    return methods.every((method) => attempt(() => isFunction(Reflect.get(Object(target), method)), true));
  });

/** The schema of the option `limits`, and of what its function returns. */
export const limitsSchema = lazily(() =>
  object(
    {
      maxSeconds: count(MIN_SECONDS, 86_400, " of seconds"),
      perConsumer: object({ active: count(1, 20), starts: quota(1), seconds: quota(MIN_SECONDS) }).partial(),
      perIp: object({ active: count(1, 1_000_000), starts: quota(1), seconds: quota(MIN_SECONDS) }).partial(),
      overall: object({ active: count(1, 1_000_000), seconds: quota(MIN_SECONDS) }).partial(),
    },
    "an object such as { maxSeconds: 600 }, or a function of the consumer",
  ).partial(),
);

const optionsSchema = lazily(() => {
  const withoutDefault = object({
    authorize: hook(),
    apiKey: setting(
      rule<BrokerOptions["apiKey"]>(
        "a string or a function",
        (value) => isFunction(value) || typeof value === "string",
      ),
    ),
    equos: having(
      "an Equos client of @equos-broker/api or @equos/node-sdk",
      ["startConversation", "stopConversation", "getConversationById", "listConversations"],
      "conversations",
    ),
    endpoint: setting(
      z.string(takes("a URL")).superRefine((value, context) => {
        try {
          parseEndpoint(value);
        } catch (error) {
          context.addIssue(String(error).replace("TypeError: endpoint ", ""));
        }
      }),
    ),
    fetch: hook(),
    characters: z
      .record(
        z.string().min(1).max(64),
        setting(text("an Equos character id", Boolean)),
        takes("an object of alias (1 to 64 characters) → character id"),
      )
      .refine((characters) => Object.keys(characters).length > 0, takes("an object with at least one alias")),
    input: having("a Standard Schema, such as a zod or valibot schema", ["validate"], "~standard"),
    conversation: hook(),
    limits: z.preprocess((value) => (isFunction(value) ? {} : value), limitsSchema()),
    allowedOrigins: z.preprocess(
      (value) => (Array.isArray(value) ? value.flatMap((item) => trimmed(item) ?? []) : value),
      z.array(origin(), takes("a list of origins")),
    ),
    publicOrigin: setting(origin()),
    deployment: setting(
      text("1 to 64 letters, digits, dots, dashes and underscores", (name) => /^[\w.-]{1,64}$/.test(name)),
    ),
    client: hook(),
    secret: z.preprocess(
      (value) => secretsIn(value as BrokerOptions["secret"]),
      rule<readonly string[]>(
        "a random text of 32 characters or more, or a list of 1 to 5",
        (secrets) =>
          Array.isArray(secrets) &&
          secrets.length <= 5 &&
          secrets.every((secret) => typeof secret === "string" && secret.length >= 32),
      ),
    ),
    store: having("a store, such as memoryStore() or redisStore(client)", ["open", "load", "save", "claimDue"]),
    logger: having("a logger with the methods warn and error", ["warn", "error"]),
    onEvent: hook(),
    clock: having("a clock with now, setTimeout and clearTimeout", ["now", "setTimeout", "clearTimeout"]),
  });
  return object({
    ...withoutDefault.partial().shape,
    timeouts: object({
      startSeconds: seconds(1, 120, 15),
      lateResponseSeconds: seconds(2, 600, 60),
      stopSeconds: seconds(1, 120, 10),
      authorizeSeconds: seconds(0.1, 120, 10),
      hookSeconds: seconds(0.1, 120, 10),
      bodySeconds: seconds(0.1, 120, 10),
      storeSeconds: seconds(0.1, 30, 3),
    }).prefault({}),
    whenActive: object({
      same: oneOf("resume", "reject", "replace").default("resume"),
      other: oneOf("replace", "reject").default("replace"),
    }).prefault({}),
    joinWithinSeconds: seconds(1, 3600, 60),
    keepAliveSeconds: seconds(1, 3600, 90),
    leaveGraceSeconds: seconds(0, 300, 3),
    tokenStatus: oneOf(200, 201).default(201),
  });
});

/**
 * Returns the parsed value.
 *
 * @param prefix - Stands before the names in messages, such as `limits.`
 * @throws BrokerError `invalid-option`, whose message names the option and says what it takes. The value is not quoted: it
 * may be a secret.
 */
export function check<T>(schema: z.ZodType<T>, value: unknown, prefix = ""): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const name = prefix + [...(issue?.path ?? []), ...unknown].join(".");
  throw invalid(name, `${issue?.message}`);
}

const invalid = (name: string, problem: string) =>
  new BrokerError("invalid-option", {
    hint: `ConversationBroker${name ? `: option ${show(name.replace(/\.$/, ""))} ${problem}` : " needs an object of options"}`,
  });

/** The options inside the broker, where the types of the team's consumer and input do not matter. */
export type AnyOptions = BrokerOptions<never, Consumer, string, unknown>;

/** The options with all defaults. Options without a default stay `undefined`. */
export type Settings = ReturnType<typeof resolveOptions>;

/**
 * Checks the options and resolves every default. Inert: reads no environment, starts no timer, does no I/O.
 *
 * @throws BrokerError `invalid-option`
 */
export function resolveOptions(options: AnyOptions) {
  const checked = check(optionsSchema(), options);
  const { timeouts, whenActive, joinWithinSeconds, keepAliveSeconds, leaveGraceSeconds, tokenStatus } = checked;
  const { apiKey, endpoint, characters, allowedOrigins, publicOrigin, deployment, secret: secrets = [] } = checked;
  const { startSeconds, lateResponseSeconds, hookSeconds, stopSeconds } = timeouts;
  if (lateResponseSeconds <= startSeconds) {
    throw invalid("timeouts.lateResponseSeconds", `must be more than timeouts.startSeconds (${startSeconds})`);
  }
  const { equos, clock, logger = consoleLogger } = options;
  if (equos !== undefined && apiKey !== undefined) throw invalid("equos", "takes the place of apiKey: set one of them");
  const store = options.store ?? memoryStore(clock === undefined ? {} : { clock });
  // The hook runs, and former conversations are stopped (two calls each), before the upstream call.
  const sendWindowMs = (hookSeconds + 2 * stopSeconds + 1) * 1000;
  return {
    ...options,
    ...{ apiKey, endpoint, characters, allowedOrigins, publicOrigin, deployment, secrets },
    timeouts,
    clock: clock ?? systemClock,
    hasOwnClock: clock !== undefined,
    logger: guarded(logger),
    store,
    onConflict: { same: whenActive.same, different: whenActive.other },
    joinTimeoutMs: joinWithinSeconds * 1000,
    heartbeatTimeoutMs: keepAliveSeconds * 1000,
    reloadGraceMs: leaveGraceSeconds * 1000,
    tokenStatus,
    /** From the reservation on, in ms. A server that was held up for longer must not send. */
    sendWindowMs,
    /** How long a start can be under way: send window, late response, hook, and 1 s. */
    reservedForMs: sendWindowMs + (lateResponseSeconds + hookSeconds + 1) * 1000,
    /** How long one server has for a piece of work before another one takes it, in ms. */
    leaseMs: (Math.max(stopSeconds, hookSeconds) + 1) * 1000,
    /** The client, or the key or its source: what tells one Equos organization from another. */
    upstreamUser: () => equos ?? apiKey ?? environment("EQUOS_API_KEY"),
  };
}
