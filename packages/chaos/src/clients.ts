import type { Violation } from "./checks.js";
import type { EventLog } from "./event-log.js";
import type { Act } from "./facts.js";
import { type CallResult, call, textField } from "./http-call.js";
import type { Random } from "./random.js";

/** Where the servers listen, and what the clients do there; every act is written down. */
export interface Clients {
  readonly ports: readonly number[];
  readonly log: EventLog;
  readonly acts: Act[];
  /** Who asked for something that must be refused, and was served; or was told something secret. */
  readonly violations: Violation[];
  /** Texts that no client may be told. */
  readonly secrets: readonly string[];
  readonly keepAlive: boolean;
}

export interface Asked {
  readonly kind: Act["kind"];
  readonly consumer: string;
  readonly page: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly patienceMs?: number;
  readonly vanishAtAnswer?: boolean;
  /** More about it, for the facts. */
  readonly about?: Pick<Act, "conversation" | "delivery" | "stale">;
}

export interface Answered {
  readonly act: Act;
  readonly result: CallResult;
}

/** Longer than the broker takes for anything at these terms, when it is well. */
const PATIENCE_MS = 5_000;

const routes = { start: "start", stop: "stop", leave: "stop", keepalive: "keepalive" } as const;

/** Asks one server; the next one if no connection stands, as a load balancer does. */
export async function ask(clients: Clients, random: Random, asked: Asked): Promise<Answered> {
  const first = Math.floor(random.next() * clients.ports.length);
  for (let turn = 0; ; turn += 1) {
    const server = (first + turn) % clients.ports.length;
    const answered = await askServer(clients, server, asked);
    if (answered.act.outcome !== "unsent" || turn + 1 >= clients.ports.length) return answered;
  }
}

async function askServer(clients: Clients, server: number, asked: Asked): Promise<Answered> {
  const { kind, consumer, page, body, about = {} } = asked;
  const result = await call({
    port: clients.ports[server] ?? 0,
    path: `/api/${routes[kind]}`,
    headers: { "x-user": consumer, ...(kind === "start" && clients.keepAlive ? { "equos-client": "chaos" } : {}) },
    body,
    patienceMs: asked.patienceMs ?? PATIENCE_MS,
    vanishAtAnswer: asked.vanishAtAnswer ?? false,
  });
  const { sentAt, endedAt, outcome, status, json, text } = result;
  const act: Act = {
    kind,
    consumer,
    page,
    server,
    sentAt,
    endedAt,
    outcome,
    status,
    ...about,
    ...(kind === "start" && outcome === "answered" ? granted(result) : {}),
    ...(outcome === "refused" ? { code: textField(json, "code") } : {}),
    ...(kind === "stop" || kind === "leave" ? told(result, about.conversation) : {}),
  };
  clients.acts.push(act);
  const { kind: what, sentAt: _, endedAt: at, ...details } = act;
  clients.log.add(`client.${what}`, { ...details, ms: endedAt - sentAt }, at);
  checkSecrets(clients, act, text ?? "");
  return { act, result };
}

function granted({ json, delivery }: CallResult): Pick<Act, "conversation" | "delivery"> {
  return { conversation: textField(json, "conversation", "id"), delivery };
}

function told({ json }: CallResult, named: string | undefined): Pick<Act, "conversation" | "state"> {
  return {
    conversation: named ?? textField(json, "conversation", "id"),
    state: textField(json, "conversation", "status"),
  };
}

function checkSecrets({ secrets, violations }: Clients, { kind, consumer, conversation }: Act, text: string): void {
  if (!secrets.some((secret) => text.includes(secret))) return;
  violations.push({
    kind: "secret-told",
    text: `The answer to a ${kind} of ${consumer} holds what no client may know`,
    conversations: conversation === undefined ? [] : [conversation],
  });
}
