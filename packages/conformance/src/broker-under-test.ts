import {
  type AuthorizeContext,
  type BrokerEvent,
  type BrokerOptions,
  type Clock,
  ConversationBroker,
  type ConversationStore,
  type InputSchema,
  memoryStore,
} from "@equos-broker/core";
import { sentPrompt, sentVariable } from "./sent.js";
import { type ReservationOutcome, watchedStore } from "./watched-store.js";

export type { ReservationOutcome };

// Runs on every runtime: nothing here is Node's, or vitest's.

/** What a case wants of its broker, in a form that can be sent to another process. */
export interface Settings {
  readonly apiKey: string;
  readonly endpoint: string;
  readonly characters: Readonly<Record<string, string>>;
  readonly allowedOrigins?: readonly string[];
  /** Takes `{ topic: string }`. Default: no input is taken. */
  readonly input?: "topic";
}

/** What is told of a broker while it serves. */
export interface Listeners {
  /** A request has come as far as `authorize`. */
  arrival(user: string | undefined, signal: AbortSignal): void;
  /** What a start meets in the store. */
  reservation(outcome: ReservationOutcome): void;
  log(level: "warn" | "error", details: object, message: string): void;
  event(event: BrokerEvent): void;
}

export type TestedOptions = BrokerOptions<unknown, { identity: string; name: string }, string, unknown>;

export interface BrokerUnderTest {
  readonly broker: ConversationBroker;
  readonly store: ConversationStore;
}

/** The broker of the suite. `more`: options that only a test in this process can give. */
export function brokerUnderTest(
  { apiKey, endpoint, characters, allowedOrigins, input }: Settings,
  clock: Clock,
  listeners: Listeners,
  more: Partial<TestedOptions> = {},
): BrokerUnderTest {
  const store = watchedStore(memoryStore({ clock }), (outcome) => listeners.reservation(outcome));
  const broker = new ConversationBroker({
    authorize: (context: AuthorizeContext) => {
      listeners.arrival(context.header("x-user"), context.signal);
      return authorize(context);
    },
    apiKey,
    endpoint,
    characters,
    ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
    ...(input === undefined ? {} : { input: topic }),
    conversation: () => ({ promptCtx: sentPrompt, promptTemplateVars: { plan: sentVariable } }),
    clock,
    store,
    logger: {
      warn: (details, message) => listeners.log("warn", details, message),
      error: (details, message) => listeners.log("error", details, message),
    },
    onEvent: (event) => listeners.event(event),
    ...more,
  });
  // Its authorize and characters do not depend on the broker's type parameters.
  return { broker: broker as unknown as ConversationBroker, store };
}

/** By the header `x-user`. */
async function authorize({ header }: AuthorizeContext): Promise<{ identity: string; name: string } | null> {
  const user = header("x-user");
  switch (user) {
    case undefined:
      return null;
    case "throws":
      throw new Error(`no database for ${header("cookie") ?? "nobody"}`);
    case "throws-403":
      throw Object.assign(new Error("banned"), { statusCode: 403 });
    case "never":
      return await new Promise(() => undefined);
    case "undefined-identity":
      return { identity: "undefined", name: "Nobody" };
    case "control-identity":
      return { identity: "a\u0000b", name: "Nobody" };
    default:
      return { identity: user, name: "Ada" };
  }
}

const topic: InputSchema<unknown> = {
  "~standard": {
    version: 1,
    vendor: "conformance",
    validate: (value) => {
      if (value === undefined) return { value };
      const isTopic =
        typeof value === "object" && value !== null && "topic" in value && typeof value.topic === "string";
      return isTopic ? { value } : { issues: [{ message: "no topic", path: ["topic"] }] };
    },
  },
};
