// @ts-check
// The calls to the broker's routes: all that the page needs to know of the server.

/**
 * @typedef {object} Grant
 * @property {{ id: string, status: "running", serverUrl: string, maxSeconds: number, startedAt: string,
 *   character: { name: string, livekitIdentity: string } }} conversation
 * @property {string} consumerAccessToken
 */

const base = "/api/equos";
const headers = { "content-type": "application/json" };

/** What the server, or the way to it, has against a call; `message` is for the user. */
export class Problem extends Error {
  /**
   * @param {string} message
   * @param {number} [status]
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }

  /** The conversation is over, or is not this visitor's. */
  get isOver() {
    return this.status === 404 || this.status === 410;
  }
}

/** Starts a conversation, or gets the running one again. */
export async function start() {
  const response = await post("start", {});
  /** @type {Grant} */
  const grant = await response.json();
  return {
    grant,
    /** Tells this hand-over from later ones; the page's leaving sends it back. */
    delivery: Number(response.headers.get("equos-delivery")),
    resumed: response.status === 200,
    /** Milliseconds by which the server's clock is ahead. */
    ahead: Date.parse(response.headers.get("date") ?? "") - Date.now() || 0,
  };
}

/**
 * @param {string} id
 * @returns {Promise<"running" | "stopping" | "ended">}
 */
export async function stop(id) {
  const response = await post("stop", { id });
  return (await response.json()).conversation.status;
}

/** @param {string} id */
export async function keepAlive(id) {
  await post("keepalive", { id });
}

/**
 * For `pagehide`. The page cannot tell a reload from its end; the server waits a few seconds for it to come back.
 *
 * @param {string} id
 * @param {number} delivery
 */
export function leave(id, delivery) {
  const body = JSON.stringify({ id, delivery, leaving: true });
  const beacon = () => navigator.sendBeacon(`${base}/stop`, body);
  try {
    fetch(`${base}/stop`, { method: "POST", keepalive: true, headers, body }).catch(beacon);
  } catch {
    beacon();
  }
}

/**
 * @param {"start" | "stop" | "keepalive"} action
 * @param {object} body
 */
async function post(action, body) {
  const request = fetch(`${base}/${action}`, { method: "POST", headers, body: JSON.stringify(body) });
  const response = await request.catch(() => {
    throw new Problem("The server cannot be reached. Try again in a moment.");
  });
  if (response.ok) return response;
  const { detail } = await response.json().catch(() => ({}));
  // The page's GET gives the cookie; without one there is nobody to start for.
  if (response.status === 401) throw new Problem("This page has lost its cookie. Reload it, then start again.", 401);
  throw new Problem(detail ?? `The server answered ${response.status}.`, response.status);
}
