import type { Probe } from "./availability.js";
import type { EventLog } from "./event-log.js";
import type { Reconciled } from "./facts.js";
import { call } from "./http-call.js";
import type { Interval } from "./intervals.js";
import type { Random } from "./random.js";

const PROBE_EVERY_MS = 300;
const PROBE_PATIENCE_MS = 1_200;
/** A server that takes longer than this to read the store is not at work. */
const PROMPT_MS = 600;
const RECONCILE_EVERY_MS = 3_000;
const RECONCILE_PATIENCE_MS = 8_000;
const TICK_MS = 50;
/** A later tick than this, and nothing in this process, Equos included, was served meanwhile. */
const STALL_MS = 200;

/** Asks all along what works, and measures how long nothing did. */
export class Watch {
  readonly probes: Probe[][];
  readonly reconciles: Reconciled[] = [];
  readonly stalls: Interval[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #ports: readonly number[];
  readonly #log: EventLog;
  readonly #random: Random;
  #lastTick = Date.now();

  constructor(ports: readonly number[], log: EventLog, random: Random) {
    this.#ports = ports;
    this.#log = log;
    this.#random = random;
    this.probes = ports.map(() => []);
  }

  start(): void {
    this.#lastTick = Date.now();
    this.#timers.push(
      setInterval(() => this.#tick(), TICK_MS),
      setInterval(() => this.#ports.forEach((port, index) => void this.#probe(port, index)), PROBE_EVERY_MS),
      setInterval(() => void this.#reconcile(), RECONCILE_EVERY_MS),
    );
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #tick(): void {
    const now = Date.now();
    if (now - this.#lastTick > STALL_MS) {
      this.stalls.push([this.#lastTick, now]);
      this.#log.add("harness.stall", { ms: now - this.#lastTick, everybody: true });
    }
    this.#lastTick = now;
  }

  /** A keep-alive with an unknown token: to refuse it, the server has to read the store. */
  async #probe(port: number, index: number): Promise<void> {
    const body = { token: "probe" };
    const result = await call({ port, path: "/api/keepalive", body, patienceMs: PROBE_PATIENCE_MS });
    const { sentAt, endedAt, status } = result;
    const list = this.probes[index];
    // Answers may overtake each other; they are kept in the order of their questions.
    let at = list?.length ?? 0;
    while (at > 0 && (list?.[at - 1]?.sentAt ?? 0) > sentAt) at -= 1;
    list?.splice(at, 0, { sentAt, endedAt, ok: status === 404 && endedAt - sentAt <= PROMPT_MS });
  }

  /** What a team's scheduler does every minute. */
  async #reconcile(): Promise<void> {
    const server = Math.floor(this.#random.next() * this.#ports.length);
    const port = this.#ports[server] ?? 0;
    const { outcome, sentAt, endedAt, json } = await call({
      port,
      path: "/reconcile",
      patienceMs: RECONCILE_PATIENCE_MS,
    });
    if (outcome === "answered") this.reconciles.push({ sentAt, endedAt });
    this.#log.add("reconcile", { server, outcome, ms: endedAt - sentAt, report: json });
  }
}
