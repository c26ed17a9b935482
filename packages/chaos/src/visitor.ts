import { ask, type Clients } from "./clients.js";
import type { Act } from "./facts.js";
import { Page } from "./page.js";
import type { Random } from "./random.js";

/** The run is over: whoever is in a visit goes silent, as if the browser had crashed. */
export class RunOver extends Error {}

export interface World extends Clients {
  /** Ms between keep-alives of a page. */
  readonly keepEveryMs: number;
  readonly over: AbortSignal;
  /** The consumer enters the room. */
  join(conversation: string): void;
  /** Somebody else's conversation, as an attacker may have got to know it. */
  stranger(consumer: string): { readonly conversation: string; readonly token: string } | undefined;
  /** What a page holds, for strangers to misuse. */
  publish(consumer: string, held: { readonly conversation: string; readonly token: string }): void;
}

/** One consumer: their pages, and what they do, one thing after the other. */
export class Visitor {
  readonly consumer: string;
  readonly random: Random;
  readonly world: World;
  #pages = 0;

  constructor(world: World, random: Random, consumer: string) {
    this.world = world;
    this.random = random;
    this.consumer = consumer;
  }

  page(): Page {
    this.#pages += 1;
    return new Page(this.world, this.random, this.consumer, `${this.consumer}/${this.#pages}`);
  }

  /** @throws RunOver */
  pause(ms: number): Promise<void> {
    const { over } = this.world;
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        reject(new RunOver());
      };
      if (over.aborted) return reject(new RunOver());
      const timer = setTimeout(() => {
        over.removeEventListener("abort", end);
        resolve();
      }, ms);
      over.addEventListener("abort", end, { once: true });
    });
  }

  /** A page that has loaded and was given a conversation; asks again a few times if it was refused. */
  async arrive(page = this.page(), how: Parameters<Page["start"]>[0] = {}): Promise<Page | undefined> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await page.start(how);
      if (page.held !== undefined) {
        this.world.publish(this.consumer, page.held);
        return page;
      }
      await this.pause(this.random.between(300, 1_500));
    }
    return undefined;
  }

  /** The consumer's stop, from no page: it means the only conversation they have. */
  async stopWhatever(): Promise<Act> {
    const page = `${this.consumer}/stop`;
    const { act } = await ask(this.world, this.random, { kind: "stop", consumer: this.consumer, page, body: {} });
    return act;
  }

  /** In the room for a while, alive as far as the page can tell. `false`: it was told that the conversation is over. */
  async stay(page: Page, ms: number): Promise<boolean> {
    const { held } = page;
    if (held === undefined) return false;
    this.world.join(held.conversation);
    const until = Date.now() + ms;
    for (;;) {
      if (this.world.keepAlive && !(await page.keepAlive())) return false;
      const left = until - Date.now();
      if (left <= 0) return true;
      await this.pause(Math.min(left, this.world.keepEveryMs));
    }
  }
}
