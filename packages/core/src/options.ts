import type { Clock } from "./clock.js";
import type { Consumer } from "./consumer.js";
import type { BrokerEvent } from "./conversations/events.js";
import type { AuthorizeContext } from "./exchange.js";
import type { Logger } from "./logger.js";
import type { ConversationStore } from "./store/store.js";
import type { EquosPort } from "./upstream/port.js";

/** @inline */
type Awaitable<T> = T | Promise<T>;

/** What a conversation is started with besides character and consumer; every field is Equos' own. */
export interface ConversationDetails {
  /** Extra context for the prompt, for this conversation only. Stays on the server. */
  readonly promptCtx?: string | undefined;
  /** Values for the placeholders in the character's instructions. Stay on the server. */
  readonly promptTemplateVars?: Readonly<Record<string, string>> | undefined;
  /** A label, for Equos' lists; the broker adds its own ids behind it. */
  readonly name?: string | undefined;
  /** An agent of the team's own that feeds the avatar's audio. */
  readonly remoteAgent?: { readonly identity: string; readonly name: string } | undefined;
  /** The team's own LiveKit server. */
  readonly host?: { readonly serverUrl: string; readonly accessToken: string } | undefined;
}

/** At most so many in each window of so many seconds; windows are aligned to 1970, so 86,400 is a day in UTC. */
export interface Quota {
  readonly max: number;
  readonly perSeconds: number;
}

/** How much a consumer, an address, and everybody together may use. What is not named is not limited. */
export interface Limits {
  /** Seconds after which upstream ends a conversation; whole, 30 to 86,400. Default 600. */
  readonly maxSeconds?: number | undefined;
  readonly perConsumer?:
    | {
        /** Conversations of one consumer at the same time, at most 20. Default 1. */
        readonly active?: number | undefined;
        readonly starts?: Quota | undefined;
        /** Conversation seconds: held in full when a conversation starts, settled with what it used when it ends. */
        readonly seconds?: Quota | undefined;
      }
    | undefined;
  /** For each address of a client as the framework sees it; an IPv6 one counts by its /64. */
  readonly perIp?: { readonly starts: Quota } | undefined;
  readonly overall?:
    | {
        /** Conversations of all consumers at the same time. */
        readonly active?: number | undefined;
        readonly seconds?: Quota | undefined;
      }
    | undefined;
}

/** Seconds that the broker waits, at most, for each of these. */
export interface Timeouts {
  /** For Equos to answer a start, before the caller is told that the outcome is unknown. Default 15. */
  readonly startSeconds?: number | undefined;
  /** For a late answer, which is stopped and never delivered. Default 60; more than `startSeconds`. */
  readonly lateResponseSeconds?: number | undefined;
  /** For Equos to confirm a stop, before the caller is told `stopping` and the broker goes on trying. Default 10. */
  readonly stopSeconds?: number | undefined;
  /** For `authorize`. Default 10. */
  readonly authorizeSeconds?: number | undefined;
  /** For each hook: `input`, `conversation`, `limits`, `client`, and `onEvent` at an end. Default 10. */
  readonly hookSeconds?: number | undefined;
  /** For a request's body. Default 10. */
  readonly bodySeconds?: number | undefined;
  /** For each change in the store, its repetitions included. A slower store counts as down. Default 3. */
  readonly storeSeconds?: number | undefined;
}

/**
 * Options of the broker. Put `authorize` first: with its parameter annotated (`ExpressContext`, `FetchContext`, …),
 * the fields of your consumer are known in every option below it.
 */
export interface BrokerOptions<TNative, TConsumer extends Consumer, TAlias extends string, TInput> {
  /**
   * Who asks? Gives the consumer, or `null`, `undefined` or `false` for a 401. A thrown error whose `statusCode` or
   * `status` is 401 or 403 is answered with that, any other with 500. Without it nobody can start over HTTP.
   */
  readonly authorize?:
    | ((context: AuthorizeContext<TNative>) => Awaitable<TConsumer | null | undefined | false>)
    | undefined;

  /** Equos' API key, or a function that fetches it (asked at most once a minute). Default: `EQUOS_API_KEY`. */
  readonly apiKey?: string | (() => Awaitable<string>) | undefined;
  /** A client to use instead of an API key: ours, or the official SDK's. */
  readonly equos?: EquosPort | undefined;
  /** Where Equos answers; `http:` on loopback only. Default: `EQUOS_ENDPOINT`, or Equos itself. */
  readonly endpoint?: string | undefined;
  /** Used for calls to Equos instead of the runtime's own. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly timeouts?: Timeouts | undefined;

  /** The names that a browser may ask for → Equos character ids. Default: `{ default: EQUOS_CHARACTER_ID }`. */
  readonly characters?: Readonly<Record<TAlias, string>> | undefined;
  /** What a browser may send as `input`. Without it, nothing. */
  readonly input?: InputSchema<TInput> | undefined;
  /** What this conversation is about; `null` refuses it with a 403. */
  readonly conversation?:
    | ((start: {
        readonly consumer: NoInfer<TConsumer>;
        readonly character: NoInfer<TAlias>;
        readonly input: NoInfer<TInput>;
      }) => Awaitable<ConversationDetails | null>)
    | undefined;

  readonly limits?: Limits | ((about: { readonly consumer: NoInfer<TConsumer> }) => Awaitable<Limits>) | undefined;
  /** What a start does while the consumer has a conversation: with the `same` character and input, or with `other`. */
  readonly whenActive?:
    | {
        /** Default `resume`: hand out the same grant again. */
        readonly same?: "resume" | "reject" | "replace" | undefined;
        /** Default `replace`: stop the running one first. */
        readonly other?: "replace" | "reject" | undefined;
      }
    | undefined;
  /**
   * A conversation that nobody is in after so long is stopped: as Equos' `joinedAt` says, or a keep-alive. Default 60.
   * Where Equos has never told of anybody who joined, only conversations whose page sends keep-alives are.
   */
  readonly joinWithinSeconds?: number | undefined;
  /** A page that has sent a keep-alive, and then none for so long, is gone. Default 90; send one every third of it. */
  readonly keepAliveSeconds?: number | undefined;
  /** How long a conversation outlives the page that said it was closing, for a reload to take it up. Default 3. */
  readonly leaveGraceSeconds?: number | undefined;

  /** Other origins whose pages may call the routes, exactly as browsers send them. Default: none. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** This server's own origin, where a proxy changes the `Host` header. */
  readonly publicOrigin?: string | undefined;

  /** Status of the `token` route's answers. Default 201, as LiveKit documents it; 200 for old clients that take no other. */
  readonly tokenStatus?: 200 | 201 | undefined;

  /**
   * Your name for this installation, such as `shop-production`: 1–64 letters, digits, `.`, `_` and `-`. `reconcile`
   * touches what carries it and nothing else. Required with a shared store.
   */
  readonly deployment?: string | undefined;
  /** The `client` that Equos files the conversation under. Default: `<deployment>/<yyyymmdd>`. */
  readonly client?: ((about: { readonly consumer: NoInfer<TConsumer> }) => string) | undefined;
  /**
   * Encrypts what a shared store holds, which requires it: random, 32 characters or more. In a list the first one encrypts
   * and all decrypt. To rotate it deploy `[old, new]`, then `[new, old]`, and a day later `[new]`.
   */
  readonly secret?: string | readonly string[] | undefined;
  /** Default: `memoryStore()`. Several servers need a shared one: `redisStore(client)` of `@equos-broker/redis`. */
  readonly store?: ConversationStore | undefined;

  /** pino, or anything with `warn(details, message)` and `error(details, message)`. Default: the console. */
  readonly logger?: Logger | undefined;
  /**
   * Receives what happens to conversations. An end is delivered at least once: it is acknowledged after the returned promise
   * has resolved, and delivered again after a rejection. Requests do not wait for it.
   */
  readonly onEvent?: ((event: BrokerEvent) => Awaitable<void>) | undefined;
  /** Time, for tests. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/**
 * A validator that follows the Standard Schema interface (standardschema.dev): zod, valibot, arktype and others. Only
 * the part that the broker calls.
 */
export interface InputSchema<TOutput> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => InputResult<TOutput> | Promise<InputResult<TOutput>>;
    readonly types?: { readonly input: unknown; readonly output: TOutput } | undefined;
  };
}

/** What a schema's `validate` gives. */
export type InputResult<TOutput> =
  | { readonly value: TOutput; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };
