import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { FetchError } from "./errors.js";
import { MAX_ANSWER_BYTES, type Transport } from "./transport.js";

// Idle sockets are dropped before common servers drop them (Node's own default is 5 s): a start that is written into
// a socket which the other side has just closed has an unknown outcome and must not be retried.
const agentOptions = { keepAlive: true, timeout: 4_000, scheduling: "lifo" } as const;
const agents = { "http:": new HttpAgent(agentOptions), "https:": new HttpsAgent(agentOptions) };
const encoder = new TextEncoder();
const PIECE_BYTES = 64 * 1024;
const requests = { "http:": httpRequest, "https:": httpsRequest };

/** `#default-transport` on Node: a keep-alive agent. It costs about a quarter of the CPU of `fetch` per call. */
export const defaultTransport: Transport = ({ verb, url, headers, body, signal, onSent }) =>
  new Promise((resolve, reject) => {
    const protocol = url.startsWith("https:") ? "https:" : "http:";
    const payload = typeof body === "string" ? encoder.encode(body) : body;
    // Node holds back every byte until the connection (with TLS: the handshake) stands.
    let connected = false;
    const fail = (error: unknown) => {
      stopListening();
      reject(signal.aborted ? signal.reason : new FetchError(connected, error));
    };
    const request = requests[protocol](url, {
      method: verb,
      headers: { ...headers, ...(payload && { "content-length": payload.byteLength }) },
      agent: agents[protocol],
    });
    const abort = () => request.destroy(new Error("aborted"));
    const stopListening = () => signal.removeEventListener("abort", abort);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    request.once("socket", (socket) => {
      if (!socket.connecting && request.reusedSocket) connected = true;
      else socket.once(protocol === "https:" ? "secureConnect" : "connect", () => (connected = true));
    });
    request.once("error", fail);
    request.once("response", (response) => {
      const { statusCode = 0 } = response;
      readText(response).then((text) => {
        stopListening();
        resolve({ status: statusCode, headers: { get: (name) => headerOf(response, name) }, text });
      }, fail);
    });
    if (payload === undefined || onSent === undefined) request.end(payload);
    else writeInPieces(request, payload, onSent);
  });

/** As fast as the connection takes it, and no further than the answer: a refusal comes before the end. */
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

async function readText(response: IncomingMessage): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) {
      response.destroy();
      return undefined;
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function headerOf(response: IncomingMessage, name: string): string | null {
  const value = response.headers[name.toLowerCase()];
  return value === undefined ? null : Array.isArray(value) ? value.join(", ") : value;
}
