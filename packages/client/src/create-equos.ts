import type { Started, StartRequest, StopStatus } from "./grant.js";
import { deliveryOf, onPageEnd, rememberLeaving, sendLeaving, wasHere } from "./page-end.js";
import { type Calling, post } from "./post.js";
import { isOver, Problem } from "./problem.js";

/** How a conversation ended that this page did not stop. */
export interface End {
  readonly started: Started;
  /**
   * - `"ended"`: its time was over, or another page or the server stopped it.
   * - `"left"`: the browser kept this page in its memory and brought it back; the server was told that it had left.
   */
  readonly reason: "ended" | "left";
}

/** Options of {@link createEquos}. */
export interface EquosOptions {
  /** Where the broker is mounted, such as `/api/equos`. */
  readonly url: string;
  /** Sent with each call, or a function that gives them: a Bearer token of your own login. Cookies need none. */
  readonly headers?:
    | Readonly<Record<string, string>>
    | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
  /** `"include"` sends cookies to a broker on another origin; default `"same-origin"`. */
  readonly credentials?: RequestCredentials;
  /** Told of an end that this page did not ask for. */
  readonly onEnd?: (end: End) => void;
}

/** What {@link createEquos} gives. Its functions need no `this`. */
export interface Equos {
  /** The conversation of this page, from `start` to its end. */
  readonly current: Started | undefined;
  /**
   * Starts a conversation, or gets the running one again. While a start is under way, further calls get its answer: a double click
   * starts once. Waits for a stop under way.
   *
   * @throws Problem
   */
  start(request?: StartRequest): Promise<Started>;
  /**
   * Says that the page is in the room: keep-alives go out from now on, one each 30 s. Before that the server counts the
   * conversation as not joined, and stops it in time.
   */
  joined(): void;
  /**
   * Stops the conversation, at once and wherever else it is open. Waits for a start under way. One that fails may be
   * called again; meanwhile no keep-alive goes out, so that the server ends the conversation by itself.
   *
   * @throws Problem
   */
  stop(): Promise<StopStatus>;
  /**
   * Gives the conversation up, and a start under way, without ending it for a page that took it over; nobody there, and it ends
   * in a few seconds.
   */
  leave(): void;
  /** Whether this tab left a conversation within the last ten seconds: a reload, which `start` picks up. Tells it once. */
  wasHere(): boolean;
  /** Leaves, and stops listening for the page's end. */
  close(): void;
}

/** The server waits for 90 s without one. */
const keepAliveMs = 30_000;
const startSeconds = 60;
const callSeconds = 20;

/**
 * The page's side of a broker. Nothing is sent and nothing listened for until `start`, so it may be made anywhere.
 *
 * @example
 * ```ts
 * const equos = createEquos({ url: "/api/equos" });
 * const { grant } = await equos.start({ character: "guide" });
 * await room.connect(grant.conversation.serverUrl, grant.consumerAccessToken);
 * equos.joined();
 * // …
 * await equos.stop();
 * ```
 */
export function createEquos({ url, headers = {}, credentials = "same-origin", onEnd }: EquosOptions): Equos {
  const calling: Calling = {
    base: url.replace(/\/+$/, ""),
    credentials,
    headers: () => (typeof headers === "function" ? headers() : headers),
  };
  let current: Started | undefined;
  let starting: Promise<Started> | undefined;
  let stopping: Promise<StopStatus> | undefined;
  /** What a stop under way is about. */
  let ending: Started | undefined;
  let last: Promise<unknown> = Promise.resolve();
  /** How many starts were given up. */
  let givenUp = 0;
  let beat: ReturnType<typeof setInterval> | undefined;
  let unlisten: (() => void) | undefined;

  const silence = () => clearInterval(beat);
  /** Only if it is still the same: another one may have been started meanwhile. */
  const forget = (started: Started, reason?: End["reason"]) => {
    if (current !== started) return;
    silence();
    current = undefined;
    if (reason !== undefined) onEnd?.({ started, reason });
  };

  /** One after the other, whatever became of the one before: a start that overtakes a stop would be stopped by it. */
  const inTurn = <T>(call: () => Promise<T>): Promise<T> => {
    const turn = last.then(call);
    last = turn.catch(() => {});
    return turn;
  };

  const listen = () => {
    unlisten ??= onPageEnd({
      end() {
        if (current === undefined) return;
        sendLeaving(calling, current);
        // Whoever hung up does not want it back.
        if (stopping === undefined) rememberLeaving();
      },
      backFromMemory() {
        if (current !== undefined) forget(current, "left");
      },
    });
  };

  const begin = async (request: StartRequest, isWanted: () => boolean): Promise<Started> => {
    // Before anything is billed that nobody could tell the end of.
    if (isWanted()) listen();
    const answer = await post(calling, "start", request, { "equos-client": "page" }, startSeconds);
    const started = startedFrom(answer);
    if (isWanted()) {
      silence();
      current = started;
    } else sendLeaving(calling, started);
    return started;
  };

  const end = async (): Promise<StopStatus> => {
    const started = current;
    if (started === undefined) return "ended";
    silence();
    ending = started;
    try {
      const answer = await post(calling, "stop", proofOf(started), {}, callSeconds);
      const { status } = Object(Object(answer.body).conversation);
      if (typeof status !== "string") throw senseless(answer.status);
      forget(started);
      return status as StopStatus;
    } catch (error) {
      if (!isOver(error)) throw error;
      forget(started);
      return "ended";
    } finally {
      ending = undefined;
    }
  };

  const keep = async (started: Started) => {
    try {
      await post(calling, "keepalive", { ...proofOf(started), ...deliveryOf(started) }, {}, callSeconds);
    } catch (error) {
      // What did not get through is said again by the next one.
      if (isOver(error) && ending !== started) forget(started, "ended");
    }
  };

  const leave = () => {
    if (starting !== undefined) givenUp += 1;
    starting = undefined;
    if (current === undefined) return;
    sendLeaving(calling, current);
    forget(current);
  };

  return {
    get current() {
      return current;
    },
    start: (request = {}) => {
      if (starting !== undefined) return starting;
      const before = givenUp;
      const mine = inTurn(() => begin(request, () => givenUp === before)).finally(() => {
        if (starting === mine) starting = undefined;
      });
      starting = mine;
      stopping = undefined;
      return mine;
    },
    joined() {
      const started = current;
      if (started === undefined) return;
      silence();
      beat = setInterval(() => void keep(started), keepAliveMs);
      void keep(started);
    },
    stop: () => {
      if (stopping !== undefined) return stopping;
      const mine = inTurn(end).finally(() => {
        if (stopping === mine) stopping = undefined;
      });
      stopping = mine;
      starting = undefined;
      return mine;
    },
    leave,
    wasHere,
    close() {
      leave();
      unlisten?.();
      unlisten = undefined;
    },
  };
}

/** The token proves whose it is, whatever has become of the cookie or the login since. */
export const proofOf = ({ grant }: Started) => ({ id: grant.conversation.id, token: grant.consumerAccessToken });

const senseless = (status: number) =>
  new Problem("unexpected-answer", "The server gave an answer that makes no sense.", status);

function startedFrom({ status, header, body }: Awaited<ReturnType<typeof post>>): Started {
  const { conversation, consumerAccessToken } = Object(body);
  if (typeof Object(conversation).id !== "string" || typeof consumerAccessToken !== "string") {
    throw senseless(status);
  }
  return {
    // The server built it from its allow-list.
    grant: body as Started["grant"],
    resumed: status === 200,
    delivery: Number(header("equos-delivery") ?? 0),
    clockAheadMs: Date.parse(header("date") ?? "") - Date.now() || 0,
  };
}
