import { parseEndpoint } from "@equos-broker/api";
import { z } from "zod";
import { systemClock } from "./clock.js";
import type { Consumer } from "./consumer.js";
import { environment, lazily } from "./environment.js";
import { BrokerError } from "./errors.js";
import { isOrigin } from "./is-origin.js";
import { consoleLogger, guarded } from "./logger.js";
import type { BrokerOptions } from "./options.js";
import { memoryStore } from "./store/memory-store.js";

/** A start that would get less than this is refused. */
export const MIN_SECONDS = 30;

export const takes = (what: string) => ({ error: `must be ${what}` });

const count = (min: number, max: number) =>
  z
    .int(takes(`a whole number from ${min} to ${max}`))
    .min(min, takes(`at least ${min}`))
    .max(max, takes(`at most ${max}`));

const quota = (min: number) =>
  z.strictObject(
    { max: count(min, 1_000_000_000), perSeconds: count(1, 31 * 86_400) },
    takes("an object such as { max: 10, perSeconds: 3600 }"),
  );

export const limitsSchema = lazily(() =>
  z.strictObject({
    maxSeconds: z
      .int(takes("a whole number of seconds from 30 to 86400"))
      .min(MIN_SECONDS, takes("at least 30 seconds"))
      .max(86_400, takes("at most 86400 seconds (24 hours)"))
      .optional(),
    perConsumer: z
      .strictObject({
        active: count(1, 20).optional(),
        starts: quota(1).optional(),
        seconds: quota(MIN_SECONDS).optional(),
      })
      .optional(),
    perIp: z.strictObject({ starts: quota(1) }).optional(),
    overall: z
      .strictObject({ active: count(1, 1_000_000).optional(), seconds: quota(MIN_SECONDS).optional() })
      .optional(),
  }),
);

const anyFunction = () =>
  z.custom<(...args: never) => unknown>((value) => typeof value === "function", takes("a function"));
const objectWith = (what: string, ...methods: string[]) =>
  z.custom<object>(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      // Only looked at: each is a key of an object, of whatever type.
      methods.every((method) => typeof (value as Record<string, unknown>)[method] === "function"),
    takes(what),
  );
const seconds = (min: number, max: number) =>
  z
    .number(takes(`a number of seconds from ${min} to ${max}`))
    .min(min, takes(`at least ${min} seconds`))
    .max(max, takes(`at most ${max} seconds`))
    .optional();
const origin = () =>
  z
    .string(takes("an origin such as https://shop.example"))
    .refine(isOrigin, takes("an exact origin such as https://shop.example, without path or trailing slash"));
const endpoint = () =>
  z.string(takes("a URL such as https://api.equos.ai")).superRefine((value, context) => {
    try {
      parseEndpoint(value);
    } catch (error) {
      context.addIssue({
        code: "custom",
        message: error instanceof Error ? error.message.replace(/^endpoint /, "") : "is wrong",
      });
    }
  });

const secret = () => z.string().min(32, takes("at least 32 characters, from a secret store"));

const optionsSchema = lazily(() =>
  z.strictObject({
    authorize: anyFunction().optional(),
    apiKey: z
      .union(
        [z.string().min(1, takes("a string that is not empty, or a function that gives one")), anyFunction()],
        takes("a string that is not empty, or a function that gives one"),
      )
      .optional(),
    equos: z
      .custom<object>((value) => {
        const { conversations } = (value ?? {}) as { conversations?: unknown };
        return objectWith(
          "",
          "startConversation",
          "stopConversation",
          "getConversationById",
          "listConversations",
        ).safeParse(conversations).success;
      }, takes("an Equos client: EquosClient of @equos-broker/api or of @equos/node-sdk"))
      .optional(),
    endpoint: endpoint().optional(),
    fetch: anyFunction().optional(),
    timeouts: z
      .strictObject({
        startSeconds: seconds(1, 120),
        lateResponseSeconds: seconds(2, 600),
        stopSeconds: seconds(1, 120),
        authorizeSeconds: seconds(0.1, 120),
        hookSeconds: seconds(0.1, 120),
        bodySeconds: seconds(0.1, 120),
        storeSeconds: seconds(0.1, 30),
      })
      .optional(),
    characters: z
      .record(
        z.string().min(1).max(64),
        z.string(takes("an Equos character id")).min(1, takes("an Equos character id")),
        takes("an object of alias → Equos character id"),
      )
      .refine((characters) => Object.keys(characters).length > 0, takes("an object with at least one alias"))
      .optional(),
    input: z
      .custom<object>((value) => {
        const schema = (value as { "~standard"?: { validate?: unknown } } | null | undefined)?.["~standard"];
        return typeof schema?.validate === "function";
      }, takes("a Standard Schema, such as a zod or valibot schema"))
      .optional(),
    conversation: anyFunction().optional(),
    limits: z
      .union(
        [anyFunction(), limitsSchema()],
        takes("an object such as { maxSeconds: 600 }, or a function of the consumer"),
      )
      .optional(),
    whenActive: z
      .strictObject({
        same: z.enum(["resume", "reject", "replace"], takes('"resume", "reject" or "replace"')).optional(),
        other: z.enum(["replace", "reject"], takes('"replace" or "reject"')).optional(),
      })
      .optional(),
    joinWithinSeconds: seconds(1, 3600),
    keepAliveSeconds: seconds(1, 3600),
    leaveGraceSeconds: seconds(0, 300),
    allowedOrigins: z.array(origin(), takes("a list of origins")).optional(),
    publicOrigin: origin().optional(),
    tokenStatus: z.literal([200, 201], takes("200 or 201")).optional(),
    deployment: z
      .string()
      .regex(/^[\w.-]{1,64}$/, takes("1 to 64 letters, digits, dots, dashes and underscores"))
      .optional(),
    client: anyFunction().optional(),
    secret: z
      .union(
        [secret(), z.array(secret()).min(1).max(5)],
        takes("a random text of 32 characters or more, or a list of 1 to 5"),
      )
      .optional(),
    store: objectWith(
      "a store, such as memoryStore() or redisStore(client)",
      "open",
      "load",
      "save",
      "claimDue",
    ).optional(),
    logger: objectWith("a logger with warn(details, message) and error(details, message)", "warn", "error").optional(),
    onEvent: anyFunction().optional(),
    clock: objectWith("a clock with now, setTimeout and clearTimeout", "now", "setTimeout", "clearTimeout").optional(),
  }),
);

export const defaultTimeouts = {
  startSeconds: 15,
  lateResponseSeconds: 60,
  stopSeconds: 10,
  authorizeSeconds: 10,
  hookSeconds: 10,
  bodySeconds: 10,
  storeSeconds: 3,
};

/**
 * @throws BrokerError `invalid-option`, whose message names the option and says what it takes. No value is ever quoted:
 * it may be a secret.
 */
export function checkOptions(options: object): void {
  if (typeof options !== "object" || options === null) {
    throw new BrokerError("invalid-option", { hint: "ConversationBroker needs an object of options" });
  }
  const { timeouts, equos, apiKey, store, deployment } = check(optionsSchema(), options, "");
  const { startSeconds = defaultTimeouts.startSeconds, lateResponseSeconds = defaultTimeouts.lateResponseSeconds } =
    timeouts ?? {};
  if (lateResponseSeconds <= startSeconds) {
    throw invalid("timeouts.lateResponseSeconds", `must be more than timeouts.startSeconds (${startSeconds})`);
  }
  if (equos !== undefined && apiKey !== undefined)
    throw invalid("equos", "takes the place of apiKey: give one of them");
  if (store === undefined || !("shared" in store) || store.shared !== true) return;
  if (deployment === undefined) throw invalid("deployment", "is required with a shared store, to tell what is its own");
}

/** @throws BrokerError `invalid-option` */
export function check<T>(schema: z.ZodType<T>, value: unknown, prefix: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues[0]);
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const path = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].join(".");
  const name = prefix + path;
  if (unknown === undefined) throw invalid(name, issue?.message ?? "is wrong");
  throw invalid(name, "is not an option of ConversationBroker");
}

type Issue = z.core.$ZodIssue;

/** A union reports that no member fits; the member that came furthest says why. */
function deepest(issue: Issue | undefined): Issue | undefined {
  if (issue?.code !== "invalid_union") return issue;
  const inner = issue.errors
    .flat()
    .find((candidate) => candidate.path.length > 0 || candidate.code === "unrecognized_keys");
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}

const invalid = (name: string, what: string) =>
  new BrokerError("invalid-option", { hint: `ConversationBroker: option "${name}" ${what}` });

/** The options once the caller's own types no longer matter: inside, a consumer is a consumer and input is unknown. */
export type AnyOptions = BrokerOptions<never, Consumer, string, unknown>;

/** The options with all defaults. Options without a default stay `undefined`. */
export type Settings = ReturnType<typeof resolveOptions>;

/** Resolves every default once. Inert: reads no environment, starts no timer, does no I/O. */
export function resolveOptions(options: AnyOptions) {
  const given = Object.entries(options.timeouts ?? {}).filter(([, seconds]) => seconds !== undefined);
  const timeouts = { ...defaultTimeouts, ...(Object.fromEntries(given) as Partial<typeof defaultTimeouts>) };
  const { hookSeconds, stopSeconds, lateResponseSeconds } = timeouts;
  // The hook runs, and former conversations are stopped (two calls each), before the upstream call.
  const sendWindowMs = (hookSeconds + 2 * stopSeconds + 1) * 1000;
  return {
    ...options,
    timeouts,
    clock: options.clock ?? systemClock,
    hasOwnClock: options.clock !== undefined,
    logger: guarded(options.logger ?? consoleLogger),
    store: options.store ?? memoryStore(options.clock === undefined ? {} : { clock: options.clock }),
    secrets: [options.secret ?? []].flat(),
    onConflict: {
      same: options.whenActive?.same ?? "resume",
      different: options.whenActive?.other ?? "replace",
    } as const,
    joinTimeoutMs: (options.joinWithinSeconds ?? 60) * 1000,
    heartbeatTimeoutMs: (options.keepAliveSeconds ?? 90) * 1000,
    reloadGraceMs: (options.leaveGraceSeconds ?? 3) * 1000,
    tokenStatus: options.tokenStatus ?? 201,
    /** From the reservation on, in ms. A server that was held up for longer must not send. */
    sendWindowMs,
    /** How long a start can be under way: send window, late response, hook, and 1 s. */
    reservedForMs: sendWindowMs + (lateResponseSeconds + hookSeconds + 1) * 1000,
    /** How long one server has for a piece of work before another one takes it, in ms. */
    leaseMs: (Math.max(stopSeconds, hookSeconds) + 1) * 1000,
    /** The client, or the key or its source: what tells one Equos organization from another. */
    upstreamUser: () => options.equos ?? options.apiKey ?? environment("EQUOS_API_KEY"),
  };
}
