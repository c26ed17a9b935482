import type { Started } from "./grant.js";
import type { Calling } from "./post.js";

const mark = "equos-left-at";
/** A reload comes back within moments; a tab that a browser restores tomorrow must not start anything by itself. */
const reloadMs = 10_000;

/**
 * Tells the server that the page is leaving; it waits a few seconds for one that comes back. As plain text and proved by the token:
 * a call that needs neither a preflight nor a header, so that it goes out of a page that is no longer there.
 */
export function sendLeaving({ base, init }: Calling, started: Started): void {
  const url = `${base}/stop`;
  const body = JSON.stringify({ ...withDelivery(started), leaving: true });
  const send = async () => await fetch(url, { ...init, keepalive: true, body });
  send()
    .catch(() => navigator.sendBeacon(url, body))
    // Nothing more can be tried; the server misses the heartbeats.
    .catch(() => {});
}

/** The token is the proof, so the stop works after the cookie or the login has expired. */
export const proofOf = ({ grant }: Started) => ({ id: grant.conversation.id, token: grant.consumerAccessToken });

/** The number tells this page from a later one; left out where no server has told it. */
export const withDelivery = (started: Started) => ({ ...proofOf(started), delivery: started.delivery || undefined });

/** `pagehide` is the last that every browser tells; `unload` is not, and keeps pages out of its memory. */
export function onPageEnd(page: { end(): void; backFromMemory(): void }): () => void {
  const shown = ({ persisted }: PageTransitionEvent) => {
    if (persisted) page.backFromMemory();
  };
  addEventListener("pagehide", page.end);
  addEventListener("pageshow", shown);
  return () => {
    removeEventListener("pagehide", page.end);
    removeEventListener("pageshow", shown);
  };
}

export function rememberLeaving(): void {
  withStorage((storage) => storage.setItem(mark, String(Date.now())));
}

export function wasHere(): boolean {
  const leftAt = withStorage((storage) => {
    const found = storage.getItem(mark);
    storage.removeItem(mark);
    return found;
  });
  return Math.abs(Date.now() - Number.parseInt(leftAt ?? "", 10)) < reloadMs;
}

/** Where a browser lets pages store nothing, a reload is a click more. */
function withStorage<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
}
