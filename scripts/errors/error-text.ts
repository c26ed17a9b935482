/** A route of the broker, `cronHandler`'s included. */
export type Route = "start" | "token" | "stop" | "keepalive" | "cron";

/** What the docs say of an error code, besides its status and public message. */
export interface ErrorText {
  /** The routes that answer with it: all of them, and no other. Empty: it comes from elsewhere, as the cause says. */
  readonly from: readonly Route[];
  /** What has happened. */
  readonly cause: string;
  /** What the program or person that called should do. */
  readonly caller: string;
  /** What whoever runs the server should do; left out where there is nothing to do. */
  readonly operator?: string;
}

/** They lead to a conversation, and have the same guards. */
export const starting: readonly Route[] = ["start", "token"];
/** They are about one that runs. */
export const running: readonly Route[] = ["stop", "keepalive"];
/** All that the broker itself mounts. */
export const mounted: readonly Route[] = [...starting, ...running];
export const all: readonly Route[] = [...mounted, "cron"];
