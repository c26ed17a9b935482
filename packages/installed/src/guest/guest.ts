import { brokerUnderTest, type Settings } from "@equos-broker/conformance/broker-under-test";
import * as core from "@equos-broker/core";
import { GuestClock } from "./clock.js";
import { controlPath, type Word } from "./protocol.js";

/** What a runtime gives beside each request. */
export interface Beside {
  readonly waitUntil?: ((task: Promise<unknown>) => void) | undefined;
}

/** What the driver of the suite sends: it is the only caller. */
interface ControlBody {
  readonly settings: Settings;
  readonly now: number;
  readonly ms: number;
}

interface Served {
  readonly broker: core.ConversationBroker;
  readonly handler: (request: Request) => Promise<Response>;
  readonly clock: GuestClock;
  readonly words: Word[];
}

/** A web-standard server that makes brokers and serves them as it is told by `/control/`. Runs on every runtime. */
export class Guest {
  readonly #served = new Map<number, Served>();
  /** By the clock of a broker, in ms: so often a scheduler calls for a sweep. */
  readonly #scheduleMs: number | undefined;

  /** `scheduleSeconds`: where no timer outlives its request, a scheduler sweeps so often. */
  constructor(scheduleSeconds?: number) {
    this.#scheduleMs = scheduleSeconds === undefined ? undefined : scheduleSeconds * 1000;
  }

  async fetch(request: Request, beside: Beside = {}): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith(controlPath)) return Response.json(await this.#control(pathname, request, beside));
    const id = Number(/^\/+(\d+)\//.exec(pathname)?.[1]);
    const served = this.#served.get(id);
    if (served === undefined) return new Response("the guest's own 404", { status: 404 });
    const hook = request.headers.get("x-host-hook");
    if (hook === "reads") await request.text();
    if (hook === "destroys") await request.body?.cancel();
    if (hook === "rejects") return new Response("the host's own hook", { status: 500 });
    if (beside.waitUntil === undefined) return await served.handler(request);
    return await core.serveFetch(served.broker, request, beside);
  }

  async #control(pathname: string, request: Request, beside: Beside): Promise<unknown> {
    const [what = "", which = ""] = pathname.slice(controlPath.length).split("/");
    const body = (await request.json()) as ControlBody;
    if (what === "open") return { id: this.#open(body.settings, body.now) };
    const served = this.#served.get(Number(which));
    if (served === undefined) throw new Error(`No broker ${which}`);
    if (what === "advance") await this.#advance(served, body.ms, beside);
    if (what === "close") await served.broker.close();
    return { words: served.words.splice(0) };
  }

  #open(settings: Settings, now: number): number {
    const id = this.#served.size + 1;
    const words: Word[] = [];
    const clock = new GuestClock(now);
    let arrivals = 0;
    const { broker, store } = brokerUnderTest(settings, clock, {
      arrival(user, signal) {
        arrivals += 1;
        const number = arrivals;
        words.push(["arrival", number, user]);
        signal.addEventListener("abort", () => words.push(["left", number]));
      },
      reservation: (outcome) => words.push(["reservation", outcome]),
      log: (level, details, message) => words.push(["log", level, details, message]),
      event: (event) => words.push(["event", event]),
    });
    this.#served.set(id, { broker, handler: core.toFetchHandler(broker), clock, words });
    // As this runtime prints them, to be searched for secrets.
    console.log(core, broker, store);
    return id;
  }

  async #advance({ broker, clock }: Served, ms: number, { waitUntil }: Beside): Promise<void> {
    const before = clock.now();
    await clock.advance(ms);
    const every = this.#scheduleMs;
    if (every === undefined || Math.floor(before / every) === Math.floor(clock.now() / every)) return;
    const sweeping = broker.sweep().catch(() => undefined);
    waitUntil?.(sweeping);
    // What takes longer may need time to move on.
    await Promise.race([sweeping, new Promise((resolve) => globalThis.setTimeout(resolve, 50))]);
  }
}
