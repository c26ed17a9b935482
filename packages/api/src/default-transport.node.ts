import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { FetchError } from "./errors.js";
import { MAX_ANSWER_BYTES, type Transport } from "./transport.js";

// Idle sockets are dropped before common servers drop them (Node's own default is 5 s): a start that is written into
// a socket which the other side has just closed has an unknown outcome and must not be retried.
const agentOptions = { keepAlive: true, timeout: 4_000, scheduling: "lifo", ...proxyOptions() } as const;
const agents = { "http:": new HttpAgent(agentOptions), "https:": new HttpsAgent(agentOptions) };
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const PIECE_BYTES = 64 * 1024;
const requests = { "http:": httpRequest, "https:": httpsRequest };

/**
 * Returns Node's own option for `HTTP_PROXY`, `HTTPS_PROXY`, and `NO_PROXY` where Node is told to honour them.
 *
 * @see https://nodejs.org/api/http.html#built-in-proxy-support (Node 22.21 and 24.5)
 */
function proxyOptions(): { readonly proxyEnv?: NodeJS.ProcessEnv } {
  const { NODE_USE_ENV_PROXY, NODE_OPTIONS = "" } = process.env;
  const isAsked =
    NODE_USE_ENV_PROXY === "1" || [...process.execArgv, ...NODE_OPTIONS.split(" ")].includes("--use-env-proxy");
  return isAsked ? { proxyEnv: process.env } : {};
}

/** `#default-transport` on Node: a keep-alive agent. It costs about a quarter of the CPU of `fetch` per call. */
export const defaultTransport: Transport = ({ verb, url, headers, body, ending, onSent, beforeSend }) =>
  new Promise((resolve, reject) => {
    const place = placeOf(url);
    const { protocol } = place;
    // Node writes a text and its headers in one piece, and bytes in another.
    const payload = typeof body === "string" && onSent !== undefined ? encoder.encode(body) : body;
    // Node holds back every byte until the connection (with TLS: the handshake) stands.
    let connected = false;
    const fail = (error: unknown) => reject(ending.ended ? ending.reason : new FetchError(connected, error));
    const request = requests[protocol]({
      ...place,
      method: verb,
      headers: payload === undefined ? headers : { ...headers, "content-length": Buffer.byteLength(payload) },
      agent: agents[protocol],
    });
    request.once("socket", (socket) => {
      const ready = () => {
        connected = true;
        if (beforeSend !== undefined) checkAndSend(beforeSend);
      };
      // A socket that was used before, or that comes through a proxy, is ready already.
      const isSecuring = "secureConnecting" in socket && socket.secureConnecting === true;
      if (!socket.connecting && !isSecuring) ready();
      else socket.once(protocol === "https:" ? "secureConnect" : "connect", ready);
    });
    request.on("error", fail);
    request.once("response", (response) => {
      const { statusCode = 0 } = response;
      readText(response, fail, (text) => {
        resolve({ status: statusCode, headers: { get: (name) => headerOf(response, name) }, text });
        // A refusal may come before all is written: nobody reads the rest, and it would hold socket and process.
        if (!request.writableFinished) request.destroy();
      });
    });
    ending.listen(() => request.destroy(new Error("aborted")));
    const send = () => {
      if (payload === undefined || typeof payload === "string" || onSent === undefined) request.end(payload);
      else writeInPieces(request, payload, onSent);
    };
    const checkAndSend = (check: () => void) => {
      try {
        check();
      } catch (error) {
        reject(error);
        request.destroy();
        return;
      }
      send();
    };
    // Otherwise `ready` sends: the check and the write then happen in one turn of the event loop.
    if (beforeSend === undefined) send();
  });

/** What `http.request` makes of a URL; parsing one takes it longer than the rest of the options together. */
interface Place {
  readonly protocol: "http:" | "https:";
  readonly hostname: string;
  readonly port: string;
  readonly path: string;
}

const origins = new Map<string, Omit<Place, "path">>();

/** Clients have few endpoints; storages may have a name for every bucket. */
const MOST_ORIGINS = 100;

/** What ends the name of the host. */
const END_OF_ORIGIN = /[/?#]/g;

function placeOf(url: string): Place {
  END_OF_ORIGIN.lastIndex = "https://".length;
  const end = END_OF_ORIGIN.exec(url)?.index ?? url.length;
  const origin = url.slice(0, end);
  let known = origins.get(origin);
  if (known === undefined) {
    const { protocol, hostname, port } = new URL(origin);
    known = { protocol: protocol === "https:" ? "https:" : "http:", hostname: hostname.replace(/^\[|\]$/g, ""), port };
    if (origins.size >= MOST_ORIGINS) origins.clear();
    origins.set(origin, known);
  }
  const path = url.slice(end);
  // What no request line can carry as it is: no slash, a fragment, spaces, letters beyond ASCII.
  if (path.startsWith("/") && !/[^!-~]|#/.test(path)) return { ...known, path };
  const { pathname, search } = new URL(url);
  return { ...known, path: pathname + search };
}

/** As fast as the connection takes it. */
function writeInPieces(request: ClientRequest, payload: Uint8Array, onSent: (bytes: number) => void): void {
  let sent = 0;
  const next = (): void => {
    if (request.destroyed) return;
    if (sent === payload.byteLength) {
      request.end();
      return;
    }
    const piece = payload.subarray(sent, sent + PIECE_BYTES);
    request.write(piece, (error) => {
      if (error) return;
      sent += piece.byteLength;
      onSent(sent);
      next();
    });
  };
  next();
}

/** The whole body as text; `undefined` for one that is too large. */
function readText(
  response: IncomingMessage,
  fail: (error: unknown) => void,
  done: (text: string | undefined) => void,
): void {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  response.on("data", (chunk: Uint8Array) => {
    bytes += chunk.byteLength;
    chunks.push(chunk);
    if (bytes <= MAX_ANSWER_BYTES) return;
    response.destroy();
    done(undefined);
  });
  response.on("error", fail);
  response.once("close", () => {
    if (!response.complete) fail(new Error("the answer broke off"));
  });
  response.once("end", () => done(textOf(chunks, bytes)));
}

function textOf(chunks: readonly Uint8Array[], bytes: number): string {
  const [only] = chunks;
  if (only === undefined) return "";
  if (chunks.length === 1) return decoder.decode(only);
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return decoder.decode(whole);
}

function headerOf(response: IncomingMessage, name: string): string | null {
  const value = response.headers[name.toLowerCase()];
  return value === undefined ? null : Array.isArray(value) ? value.join(", ") : value;
}
