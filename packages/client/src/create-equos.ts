import type { Grant, Started, StartRequest, StopStatus } from "./grant.js";
import { onPageEnd, proofOf, rememberLeaving, sendLeaving, wasHere, withDelivery } from "./page-end.js";
import { type Calling, post } from "./post.js";
import { isOver, type Problem } from "./problem.js";

/** How a conversation ended that this page did not stop. */
export interface End {
  readonly started: Started;
  /**
   * - `"ended"`: its time was over, or another page or the server stopped it. Or three heartbeats in a row were answered by
   *   something else than the broker, such as a login page: the server then stops the conversation.
   * - `"left"`: the browser kept this page in its memory and brought it back; the server was told that it had left.
   */
  readonly reason: "ended" | "left";
}

/** Options of {@link createEquos}. */
export interface EquosOptions {
  /** Where the broker is mounted, such as `/api/equos`. */
  readonly url: string;
  /**
   * Headers of each call, or a function that returns them: a Bearer token of your own login. Cookies need none. A start fails
   * with `headers-failed`, or with `timeout` after 5 s. A stop or a heartbeat is then sent without them, because its token is
   * proof enough. The stop at the page's end never has them.
   */
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
/** Limits the heartbeats in a row that something else than the broker answers. The server's own limit is 90 s. */
const maxRefusals = 3;

/**
 * The page's side of a broker. Nothing is sent and nothing listened for until `start`, so it may be made anywhere.
 *
 * @example
 * ```ts
 * const equos = createEquos({ url: "/api/equos" });
 * const { grant } = await equos.start({ character: "guide" });
 * try {
 *   await room.connect(grant.conversation.serverUrl, grant.consumerAccessToken);
 *   equos.joined();
 * } catch (error) {
 *   await equos.stop(); // an empty room is billed as well
 *   throw error;
 * }
 * ```
 */
export function createEquos({ url, headers, credentials = "same-origin", onEnd }: EquosOptions): Equos {
  const calling: Calling = {
    base: url.replace(/\/+$/, ""),
    // A redirect mostly leads to a login. A 307 or 308 would also send the token to another address.
    init: { method: "POST", credentials, redirect: "manual" },
    headers,
  };
  let current: Started | undefined;
  let starting: Promise<Started> | undefined;
  let stopping: Promise<StopStatus> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  /** How many starts were given up. */
  let givenUp = 0;
  let beat: ReturnType<typeof setInterval> | undefined;
  let unlisten: (() => void) | undefined;

  const silence = () => {
    clearInterval(beat);
    beat = undefined;
  };
  /** Only if it is still the same: another one may have been started meanwhile. */
  const forget = (started: Started, reason?: End["reason"]) => {
    if (current !== started) return;
    silence();
    current = undefined;
    if (reason) onEnd?.({ started, reason });
  };

  const giveUp = (started: Started, reason?: End["reason"]) => {
    sendLeaving(calling, started);
    forget(started, reason);
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
        if (!current) return;
        sendLeaving(calling, current);
        // Whoever hung up does not want it back.
        if (!stopping) rememberLeaving();
      },
      backFromMemory() {
        if (current) forget(current, "left");
      },
    });
  };

  const begin = async (request: StartRequest, isWanted: () => boolean): Promise<Started> => {
    // Before anything is billed that nobody could tell the end of.
    if (isWanted()) listen();
    const [grant, { status, headers: received }] = await post(
      calling,
      "start",
      request,
      (code, { conversation, consumerAccessToken: token }) =>
        (code === 201 || code === 200) && typeof conversation?.id === "string" && typeof token === "string",
    );
    const started: Started = {
      // The server built it from its allow-list.
      grant: grant as Grant,
      resumed: status === 200,
      delivery: Number(received.get("equos-delivery")),
      clockAheadMs: Date.parse(received.get("date") ?? "") - Date.now() || 0,
    };
    if (isWanted()) {
      silence();
      current = started;
    } else sendLeaving(calling, started);
    return started;
  };

  const end = async (): Promise<StopStatus> => {
    const started = current;
    let status: StopStatus = "ended";
    if (started) {
      silence();
      try {
        const [{ conversation }] = await post(
          calling,
          "stop",
          proofOf(started),
          (code, body) => code === 200 && typeof body.conversation?.status === "string",
        );
        status = conversation?.status as StopStatus;
      } catch (error) {
        if (!isOver(error)) throw error;
      }
      forget(started);
    }
    return status;
  };

  const leave = () => {
    if (starting) givenUp += 1;
    starting = undefined;
    if (current) giveUp(current);
  };

  return {
    get current() {
      return current;
    },
    start: (request = {}) => {
      if (starting) return starting;
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
      if (!started) return;
      silence();
      let refusals = 0;
      const keep = async () => {
        try {
          await post(calling, "keepalive", withDelivery(started), (code) => code === 204);
          refusals = 0;
        } catch (error) {
          // Silenced meanwhile: a stop is under way, or another conversation.
          if (beat !== mine) return;
          const { status, cause } = error as Problem;
          if (isOver(error)) forget(started, "ended");
          // Without an answer, or with a gateway's 502 to 504, it is an outage, which passes.
          else if ((status < 502 || status > 504) && !cause && ++refusals === maxRefusals) giveUp(started, "ended");
        }
      };
      const mine = setInterval(keep, keepAliveMs);
      beat = mine;
      void keep();
    },
    stop: () => {
      if (stopping) return stopping;
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
