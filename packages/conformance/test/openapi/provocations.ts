import { BrokerError, type ConversationStore, type ErrorCode, memoryStore } from "@equos-broker/core";
import { type Fault, fault } from "@equos-broker/emulator";
import { vi } from "vitest";
import type { TestedOptions } from "../../src/broker-under-test.js";
import type { Call } from "../../src/client.js";
import type { Stage } from "../../src/stage.js";

export interface Scene {
  readonly stage: Stage;
  readonly route: string;
  readonly user: string;
  /** A request of this user, with a JSON body. */
  post(route: string, body?: unknown): Promise<unknown>;
  /** To be done when the answer is here. */
  afterwards(task: () => Promise<unknown>): void;
}

/** How to get a server to answer with a code, on whichever route. */
export interface Provocation {
  options?(): Partial<TestedOptions>;
  /** `null`: nobody. */
  readonly user?: string | null;
  /** What has happened before; awaited. */
  before?(scene: Scene): unknown;
  /** What is sent, where it is not an empty JSON object. */
  request?(route: string, scene: Scene): Call;
  /** A route that would wait until it is over. */
  readonly not?: string;
  /** Time has to pass for the answer to come. */
  readonly takesTime?: boolean;
}

/** No answer of a route's own method has them. */
type Elsewhere = "unknown-action" | "deployment-missing" | "method-not-allowed";

const body = (value: unknown): Call => ({ body: JSON.stringify(value) });
const never = new Promise<never>(() => undefined);
const thrower = (): never => {
  throw new Error("out of order");
};

/** A request for the other character, the way each route takes it. */
const coach = (route: string): Call =>
  body(route === "token" ? { room_config: { agents: [{ agent_name: "coach" }] } } : { character: "coach" });

const equos = (what: Fault): Provocation => ({
  before: ({ stage, route }) => {
    const operation = route === "cron" ? "listConversations" : "startConversation";
    stage.emulator.faults.queue(operation, { ...what, times: Number.POSITIVE_INFINITY });
  },
});

const storeWith = (changes: Partial<ConversationStore>): ConversationStore => {
  const store = memoryStore({ clock: systemClock });
  return {
    shared: false,
    open: (proposal) => store.open(proposal),
    load: (query, context) => store.load(query, context),
    save: (change, context) => store.save(change, context),
    claimDue: (options, context) => store.claimDue(options, context),
    list: (cursor, context) => store.list(cursor, context),
    acquireLease: (name, owner, ms, context) => store.acquireLease(name, owner, ms, context),
    updateMeta: (change, context) => store.updateMeta(change, context),
    ...changes,
  };
};
/** With it a store shares its data with no other one of the process. */
const systemClock = { now: () => Date.now(), setTimeout: () => 0, clearTimeout: () => undefined };
const hour = { max: 1, perSeconds: 3600 };

/** The user has the first character; the request is for the other one. */
const another = (options: Partial<TestedOptions>): Provocation => ({
  options: () => options,
  before: async ({ post }) => {
    await post("start", { character: "guide" });
  },
  request: coach,
});

/** The server stands still while the option is asked: a minute passes, and no timer rings. */
function heldUp(): Partial<TestedOptions> {
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead, setTimeout: () => 0, clearTimeout: () => undefined };
  const conversation = () => {
    ahead += 60_000;
    return {};
  };
  return { clock, store: memoryStore({ clock }), conversation };
}

/** A code that is missing does not compile. */
export const provocations: Readonly<Record<Exclude<ErrorCode, Elsewhere>, Provocation>> = {
  "unsupported-media-type": { request: () => ({ headers: { "content-type": "application/xml" }, body: "<start/>" }) },
  "origin-refused": { request: () => ({ headers: { origin: "https://evil.example" }, body: "{}" }) },
  "body-too-large": { request: () => body({ id: "x".repeat(20_000) }) },
  "body-timeout": { request: () => ({ body: { endless: "{" } }), takesTime: true },
  "body-unreadable": { request: () => ({ headers: { "x-host-hook": "reads" }, body: "{}" }) },
  "malformed-json": { request: () => ({ body: "{" }) },
  "invalid-body": { request: () => body({ room_name: "mine" }) },
  "invalid-input": {
    request: (route) =>
      body(route === "token" ? { room_config: { agents: [{ agent_name: "guide", metadata: "7" }] } } : { input: 7 }),
  },
  "unknown-character": { request: () => body({ character: "stranger" }) },
  "unknown-agent": { request: () => body({ room_config: { agents: [{ agent_name: "stranger" }] } }) },
  unauthorized: { user: null },
  forbidden: { user: "throws-403" },
  "conversation-refused": { options: () => ({ conversation: () => null }) },
  "not-found": { request: () => body({ id: "nobody's" }) },

  "already-active": another({ whenActive: { other: "reject" } }),
  "just-stopped": {
    before: async ({ post }) => {
      await post("token");
      await post("stop");
    },
  },
  "start-in-flight": {
    not: "stop",
    before: async ({ stage, post, user, afterwards }) => {
      let answer: () => void = () => undefined;
      const until = new Promise<void>((resolve) => {
        answer = resolve;
      });
      stage.emulator.faults.queue("startConversation", { until });
      const first = post("start");
      await stage.eventually(() => stage.startsOf(user) === 1);
      const waiting = Array.from({ length: 4 }, () => post("start"));
      await stage.eventually(() => stage.reservations.filter((outcome) => outcome === "pending").length >= 4);
      afterwards(async () => {
        answer();
        await Promise.all([first, ...waiting]);
      });
    },
  },
  outdated: {
    before: ({ post }) => post("start"),
    // The page has a much later one.
    request: (route) => body(route === "stop" ? { delivery: 1 } : {}),
  },
  "several-conversations": {
    options: () => ({ limits: { perConsumer: { active: 2 } } }),
    before: async ({ post }) => {
      for (const character of ["guide", "coach"]) await post("start", { character });
    },
  },
  "conversation-ended": {
    before: async ({ post }) => {
      await post("start");
      await post("stop");
    },
    // Its user has had no other one.
    request: (_, { stage }) => body({ id: stage.emulator.conversations()[0]?.id }),
  },
  "too-many-attempts": {
    before: async ({ post, route }) => {
      for (let attempt = 1; attempt <= 60; attempt += 1) await post(route);
    },
  },
  "too-many-starts": another({ limits: { perConsumer: { starts: hour } } }),
  "seconds-used-up": another({
    limits: { maxSeconds: 30, perConsumer: { active: 2, seconds: { max: 30, perSeconds: 3600 } } },
  }),
  "at-capacity": another({ limits: { perConsumer: { active: 2 }, overall: { active: 1 } } }),
  "start-in-doubt": {
    before: async ({ stage, post }) => {
      stage.emulator.faults.queue("startConversation", fault.drop());
      await post("start");
    },
  },
  "outcome-unknown": { ...equos(fault.silence()), takesTime: true },

  "invalid-option": {
    options: () => ({ endpoint: undefined }),
    before: () => vi.stubEnv("EQUOS_ENDPOINT", "ftp://equos.example"),
  },
  "store-not-shared": {
    options: () => ({ store: memoryStore() }),
    before: () => vi.stubEnv("NODE_APP_INSTANCE", "1"),
  },
  "store-misconfigured": {
    options: () => ({ store: storeWith({ open: () => Promise.reject(new BrokerError("store-misconfigured")) }) }),
  },
  "secret-missing": { options: () => ({ store: storeWith({ shared: true }) }) },
  "secret-mismatch": {
    options: () => ({
      secret: "s".repeat(32),
      store: storeWith({
        shared: true,
        open: async () => ({ id: "1-store", key: "sealed otherwise", format: 1, now: Date.now() }),
      }),
    }),
  },
  "api-key-missing": { options: () => ({ apiKey: undefined }) },
  "api-key-invalid": { options: () => ({ apiKey: "sk_a\nb" }) },
  "api-key-failed": { options: () => ({ apiKey: thrower }) },
  "character-missing": { options: () => ({ characters: undefined }) },
  "authorize-missing": { options: () => ({ authorize: undefined }) },
  "authorize-failed": { user: "throws" },
  "authorize-timeout": { user: "never", takesTime: true },
  "invalid-identity": { user: "undefined-identity" },
  "conversation-failed": { options: () => ({ conversation: thrower }) },
  "conversation-timeout": { options: () => ({ conversation: () => never }), takesTime: true },

  "upstream-unauthorized": equos(fault.status(401)),
  "upstream-forbidden": equos(fault.status(403)),
  "upstream-no-credit": equos(fault.status(402)),
  "upstream-not-found": equos(fault.status(404)),
  "upstream-conflict": equos(fault.status(409)),
  "upstream-rejected": equos(fault.status(422)),
  "upstream-busy": equos(fault.tooMany(7)),
  "upstream-redirected": equos(fault.redirect("http://127.0.0.1:1/")),
  "upstream-unreachable": { options: () => ({ endpoint: "http://127.0.0.1:1" }) },
  "upstream-unavailable": equos(fault.status(503)),
  "upstream-error": equos(fault.status(500)),
  "upstream-disconnected": equos(fault.drop()),
  "upstream-invalid-answer": equos(fault.answer(() => [])),
  "upstream-incomplete-answer": equos(fault.nullToken()),
  "upstream-not-running": equos(fault.answer((answer) => ({ ...Object(answer), conversation: blocked(answer) }))),

  "start-too-late": { options: heldUp },
  "store-unavailable": { options: () => ({ store: storeWith({ load: thrower, claimDue: thrower, list: thrower }) }) },
  "broker-closed": {
    before: ({ stage }) => stage.broker.close(),
  },
  // A store that breaks its contract.
  "internal-error": {
    options: () => {
      const broken = async () => undefined as never;
      return { store: storeWith({ load: broken, save: broken, claimDue: broken, list: broken }) };
    },
  },
};

const blocked = (answer: unknown) => ({ ...Object(answer).conversation, status: "blocked" });
