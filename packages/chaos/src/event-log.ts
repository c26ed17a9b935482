import { appendFileSync, writeFileSync } from "node:fs";

/** One thing that really happened. */
export interface LogEntry {
  /** Ms since the run began. */
  readonly at: number;
  readonly what: string;
  readonly consumer?: string | undefined;
  readonly conversation?: string | undefined;
  readonly reservation?: string | undefined;
  readonly [detail: string]: unknown;
}

/** Lines that are collected before they are written out. */
const BATCH = 200;

/** The log of what really happened when: JSON lines in a file, and in memory for the timelines of what went wrong. */
export class EventLog {
  readonly path: string;
  readonly startedAt = Date.now();
  readonly entries: LogEntry[] = [];
  #pending: string[] = [];

  constructor(path: string) {
    this.path = path;
    writeFileSync(path, "");
  }

  /** @param at - Epoch ms; default now. */
  add(what: string, details: Readonly<Record<string, unknown>> = {}, at = Date.now()): void {
    const entry: LogEntry = { at: at - this.startedAt, what, ...details };
    this.entries.push(entry);
    this.#pending.push(JSON.stringify(entry));
    if (this.#pending.length >= BATCH) this.flush();
  }

  flush(): void {
    if (this.#pending.length > 0) appendFileSync(this.path, `${this.#pending.join("\n")}\n`);
    this.#pending = [];
  }

  /** What concerns a conversation, its consumer meanwhile, and everybody. Times are epoch ms. */
  timeline(
    about: { readonly conversation: string; readonly reservation: string | undefined; readonly consumer: string },
    from: number,
    to: number,
  ): LogEntry[] {
    return this.entries.filter(({ at, consumer, conversation, reservation, everybody }) => {
      if (conversation === about.conversation) return true;
      if (reservation !== undefined && reservation === about.reservation) return true;
      const then = at + this.startedAt >= from && at + this.startedAt <= to;
      return then && (consumer === about.consumer || everybody === true);
    });
  }
}
