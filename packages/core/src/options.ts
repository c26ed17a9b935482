import type { Clock } from "./clock.js";
import type { Consumer } from "./consumer.js";
import type { BrokerEvent } from "./conversations/events.js";
import type { AuthorizeContext } from "./exchange.js";
import type { Logger } from "./logger.js";
import type { ConversationStore } from "./store/store.js";
import type { EquosPort } from "./upstream/port.js";

/** @inline */
type Awaitable<T> = T | Promise<T>;

/** What a conversation is started with besides character and consumer. Every field is Equos' own. */
export interface ConversationDetails {
  /** Extra context for the prompt of this conversation. Stays on the server. */
  readonly promptCtx?: string | undefined;
  /** Values for the placeholders in the character's instructions. Stay on the server. */
  readonly promptTemplateVars?: Readonly<Record<string, string>> | undefined;
  /** A label in Equos' lists. The broker appends its own ids. */
  readonly name?: string | undefined;
  /** The team's own agent, which feeds the avatar's audio. */
  readonly remoteAgent?: { readonly identity: string; readonly name: string } | undefined;
  /** The team's own LiveKit server. */
  readonly host?: { readonly serverUrl: string; readonly accessToken: string } | undefined;
}

/** At most `max` in each window of `perSeconds`. Windows are aligned to 1970, so 86,400 is a day in UTC. */
export interface Quota {
  readonly max: number;
  readonly perSeconds: number;
}

/** Limits of a consumer, of an address, and of all consumers together. A field that is not set does not limit. */
export interface Limits {
  /** Equos ends a conversation after this time. Whole seconds, 30 to 86,400. Default 600. */
  readonly maxSeconds?: number | undefined;
  readonly perConsumer?:
    | {
        /** Conversations of one consumer at the same time, at most 20. Default 1. */
        readonly active?: number | undefined;
        readonly starts?: Quota | undefined;
        /** Conversation seconds: held in full at the start, settled with the used ones at the end. */
        readonly seconds?: Quota | undefined;
      }
    | undefined;
  /** Of one client address, as the framework reports it. An IPv6 address counts by its /64. */
  readonly perIp?:
    | {
        /** Conversations of one address at the same time. */
        readonly active?: number | undefined;
        readonly starts?: Quota | undefined;
        readonly seconds?: Quota | undefined;
      }
    | undefined;
  readonly overall?:
    | {
        /** Conversations of all consumers at the same time. */
        readonly active?: number | undefined;
        readonly seconds?: Quota | undefined;
      }
    | undefined;
}

/** Time limits of the broker, in seconds. */
export interface Timeouts {
  /** Equos' answer to a start, before the caller learns that the outcome is unknown. Default 15. */
  readonly startSeconds?: number | undefined;
  /** A late answer to a start, which is stopped and not handed out. Default 60; more than `startSeconds`. */
  readonly lateResponseSeconds?: number | undefined;
  /** Equos' confirmation of a stop, before the caller gets `stopping` and the broker goes on trying. Default 10. */
  readonly stopSeconds?: number | undefined;
  /** `authorize`. Default 10. */
  readonly authorizeSeconds?: number | undefined;
  /** Each hook: `input`, `conversation`, `limits`, `client`, and `onEvent` at an end. Default 10. */
  readonly hookSeconds?: number | undefined;
  /** The body of a request. Default 10. */
  readonly bodySeconds?: number | undefined;
  /** Each change in the store, repetitions included. A slower store counts as down. Default 3. */
  readonly storeSeconds?: number | undefined;
}

/**
 * Options of the broker. Put `authorize` first: if its parameter is annotated (`ExpressContext`, `FetchContext`, …), all
 * options below it know the fields of your consumer.
 *
 * Keys, ids, secrets, and the endpoint are trimmed. A blank one counts as not set. A missing one is refused at first use,
 * because a build has no secrets.
 *
 * Without type arguments it is the type of any options, for an annotation: `const options: BrokerOptions = { … }`. To keep
 * the types of your consumer and aliases, write `satisfies BrokerOptions` instead.
 */
export interface BrokerOptions<
  TNative = unknown,
  TConsumer extends Consumer = Consumer,
  TAlias extends string = string,
  TInput = unknown,
> {
  /**
   * Returns the consumer, or `null`, `undefined`, or `false` for a 401. A thrown error with a `statusCode` or `status` of 401
   * or 403 keeps that status; any other error becomes a 500. Without this option no conversation can be started over HTTP.
   */
  readonly authorize?:
    | ((context: AuthorizeContext<TNative>) => Awaitable<TConsumer | null | undefined | false>)
    | undefined;

  /** Equos' API key, or a function that fetches it, at most once a minute. Default: `EQUOS_API_KEY`. */
  readonly apiKey?: string | (() => Awaitable<string>) | undefined;
  /** A client instead of an API key: ours or the official SDK's. */
  readonly equos?: EquosPort | undefined;
  /** URL of the Equos API; `http:` on loopback only. Default: `EQUOS_ENDPOINT`, or Equos itself. */
  readonly endpoint?: string | undefined;
  /** For calls to Equos. Default: the runtime's own. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly timeouts?: Timeouts | undefined;

  /** Alias, which browsers use → Equos character id. Default: `{ default: EQUOS_CHARACTER_ID }`. */
  readonly characters?: Readonly<Record<TAlias, string | undefined>> | undefined;
  /** Schema of the `input` that a browser may send. Default: none is accepted. */
  readonly input?: InputSchema<TInput> | undefined;
  /** Returns the details of a conversation; `null` refuses it with a 403. */
  readonly conversation?:
    | ((start: {
        readonly consumer: NoInfer<TConsumer>;
        readonly character: NoInfer<TAlias>;
        readonly input: NoInfer<TInput>;
      }) => Awaitable<ConversationDetails | null>)
    | undefined;

  readonly limits?: Limits | ((about: { readonly consumer: NoInfer<TConsumer> }) => Awaitable<Limits>) | undefined;
  /** What a start does if the consumer has a conversation: with the `same` character and input, or with `other` ones. */
  readonly whenActive?:
    | {
        /** Default `resume`: hands out the same conversation again. */
        readonly same?: "resume" | "reject" | "replace" | undefined;
        /** Default `replace`: stops the running conversation first. */
        readonly other?: "replace" | "reject" | undefined;
      }
    | undefined;
  /**
   * A conversation is stopped if no consumer has joined after this time, by Equos' `joinedAt` or a keep-alive. Default 60. If
   * Equos has never reported a join, only conversations whose page sends keep-alives are stopped.
   */
  readonly joinWithinSeconds?: number | undefined;
  /** A page that has sent a keep-alive is gone after this time without another. Default 90; send one every third of it. */
  readonly keepAliveSeconds?: number | undefined;
  /** How long a conversation waits for a reload after its page has closed. Default 3. */
  readonly leaveGraceSeconds?: number | undefined;

  /** Other origins whose pages may call the routes, exactly as browsers send them. Default: none. */
  readonly allowedOrigins?: readonly (string | undefined)[] | undefined;
  /** This server's own origin. Default: the `Host` header, with either scheme. Set it if a proxy changes `Host`. */
  readonly publicOrigin?: string | undefined;

  /** Status of the `token` route's answers. Default 201, as LiveKit documents it; 200 for old clients that need it. */
  readonly tokenStatus?: 200 | 201 | undefined;

  /**
   * Your name for this installation, such as `shop-production`: 1–64 letters, digits, `.`, `_`, and `-`. `reconcile` only
   * touches conversations with this name. Required with a shared store.
   */
  readonly deployment?: string | undefined;
  /** Returns the `client` that Equos lists the conversation under. Default: `<deployment>/<yyyymmdd>`. */
  readonly client?: ((about: { readonly consumer: NoInfer<TConsumer> }) => string) | undefined;
  /**
   * Encrypts the data in a shared store, which requires it: random, at least 32 characters. The first of a list encrypts, all
   * decrypt. To rotate it, deploy `[old, new]`, then `[new, old]`, and a day later `[new]`.
   */
  readonly secret?: string | readonly (string | undefined)[] | undefined;
  /** Default: `memoryStore()`. Several servers need a shared store: `redisStore(client)` of `@equos-broker/redis`. */
  readonly store?: ConversationStore | undefined;

  /**
   * pino, or an object with `warn(details, message)` and `error(details, message)`. Default: the console. The first failure of
   * a logger is reported on the console.
   */
  readonly logger?: Logger | undefined;
  /**
   * Receives events. An end is delivered at least once: it is acknowledged when the returned promise has resolved, and
   * delivered again after a rejection. Requests do not wait for it.
   */
  readonly onEvent?: ((event: BrokerEvent) => Awaitable<void>) | undefined;
  /** Time, for tests. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** A validator with the Standard Schema interface (standardschema.dev), such as zod, valibot, or arktype. */
export interface InputSchema<TOutput> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => InputResult<TOutput> | Promise<InputResult<TOutput>>;
    readonly types?: { readonly input: unknown; readonly output: TOutput } | undefined;
  };
}

/** The result of a schema's `validate`. */
export type InputResult<TOutput> =
  | { readonly value: TOutput; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };
