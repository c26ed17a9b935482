import { type ChildProcess, fork } from "node:child_process";
import type { EventLog } from "./event-log.js";
import type { Interval } from "./intervals.js";
import type { Random } from "./random.js";
import type { ServerEvent, ServerMessage, ServerSettings } from "./server-settings.js";
import { Spells } from "./spells.js";

/** How often an event is not acknowledged, and how long the others take at most, in ms. */
const UNACKNOWLEDGED = 0.05;
const ACKNOWLEDGED_WITHIN_MS = 300;
/** A process that a signal has killed, or that was told to close, has at most so long. */
const CLOSE_WITHIN_MS = 6_000;

interface Given {
  /** The file to run. */
  readonly program: string;
  readonly settings: ServerSettings;
  readonly log: EventLog;
  readonly random: Random;
  /** Called with each event that is acknowledged. */
  onEvent(event: ServerEvent): void;
  /** It ended, and nobody had wanted that. */
  onCrash(text: string): void;
}

/** One of the servers: killed, frozen and started again at will, always on the same port. */
export class ServerProcess {
  readonly index: number;
  /** When it was frozen. */
  readonly pauses = new Spells();
  /** When its process was there and neither killed nor frozen. */
  readonly awake = new Spells();
  readonly #given: Given;
  #child: ChildProcess | undefined;
  #paused = false;
  #ending = false;
  #ready = false;

  constructor(index: number, given: Given) {
    this.index = index;
    this.#given = given;
  }

  get port(): number {
    return this.#given.settings.port;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Resolves when it listens, or has ended again. */
  start(): Promise<void> {
    if (this.#child !== undefined) return Promise.resolve();
    const child = fork(this.#given.program, [JSON.stringify(this.#given.settings)], {
      // No loader: what is forked is one file of plain JavaScript.
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child = child;
    this.#ending = false;
    this.#ready = false;
    this.#given.log.add("server.start", { server: this.index, everybody: true });
    let complaints = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      complaints = (complaints + chunk.toString("utf8")).slice(-4_000);
    });
    return new Promise((resolve) => {
      child.on("message", (message) => {
        // Only our own server.ts is at the other end.
        const said = message as ServerMessage;
        this.#hear(said, child);
        if (said.says === "ready") resolve();
      });
      child.on("exit", (code, signal) => {
        this.#given.log.add("server.exit", { server: this.index, code, signal, everybody: true });
        if (!this.#ending)
          this.#given.onCrash(`server ${this.index} ended by itself (${code ?? signal}): ${complaints}`);
        this.awake.end();
        this.#unpause();
        if (this.#child === child) this.#child = undefined;
        resolve();
      });
    });
  }

  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** Asks it to close; if it takes too long, kills it. */
  async close(): Promise<void> {
    const timer = setTimeout(() => void this.kill(), CLOSE_WITHIN_MS);
    await this.#end("SIGTERM");
    clearTimeout(timer);
  }

  pause(): boolean {
    if (this.#child === undefined || this.#paused || this.#ending) return false;
    this.#child.kill("SIGSTOP");
    this.#paused = true;
    this.pauses.begin();
    this.awake.end();
    this.#given.log.add("server.pause", { server: this.index, everybody: true });
    return true;
  }

  resume(): void {
    if (this.#child === undefined || !this.#paused) return;
    this.#child.kill("SIGCONT");
    this.#unpause();
    if (this.#ready) this.awake.begin();
    this.#given.log.add("server.resume", { server: this.index, everybody: true });
  }

  #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === undefined) return Promise.resolve();
    this.#ending = true;
    this.awake.end();
    this.#given.log.add("server.signal", { server: this.index, signal, everybody: true });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill(signal);
    return ended;
  }

  #unpause(): void {
    this.#paused = false;
    this.pauses.end();
  }

  #hear(message: ServerMessage, child: ChildProcess): void {
    if (message.says === "ready") {
      this.#ready = true;
      // What it said may be read after it was frozen, or told to end.
      if (!this.#paused && !this.#ending) this.awake.begin();
      this.#given.log.add("server.ready", { server: this.index, everybody: true });
      return;
    }
    if (message.says === "event") {
      const { consumer, at: _, ...event } = message.event;
      const identity = typeof consumer === "object" && consumer !== null && "identity" in consumer && consumer.identity;
      this.#given.log.add(`event.${event.type}`, { ...event, server: this.index, consumer: identity || undefined });
      this.#acknowledge(message, child);
      return;
    }
    const { level, message: text, details } = message;
    const about = typeof details === "object" && details !== null ? details : {};
    this.#given.log.add(`log.${level}`, { ...about, server: this.index, text });
  }

  /** Takes an event as a billing service does: after a moment, and not always. A killed server has not delivered it. */
  #acknowledge({ number, event }: Extract<ServerMessage, { says: "event" }>, child: ChildProcess): void {
    const { random, onEvent } = this.#given;
    if (random.chance(UNACKNOWLEDGED)) return;
    const acknowledge = () => {
      if (!child.connected) return;
      onEvent(event);
      child.send(number, () => undefined);
    };
    setTimeout(acknowledge, random.between(0, ACKNOWLEDGED_WITHIN_MS));
  }
}

export const pausesOf = (servers: readonly ServerProcess[]): readonly (readonly Interval[])[] =>
  servers.map(({ pauses }) => pauses.all);
