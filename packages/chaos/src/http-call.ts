import { request } from "node:http";
import type { Outcome } from "./facts.js";

export interface Call {
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** How long the client waits before it gives up. */
  readonly patienceMs: number;
  /** It goes away in the moment that the answer begins. */
  readonly vanishAtAnswer?: boolean;
}

export interface CallResult {
  readonly sentAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
  readonly status?: number;
  readonly delivery?: number;
  /** The whole body, as it came. */
  readonly text?: string;
  readonly json?: unknown;
}

/** A POST of a client that does what browsers do: wait, lose its connection, go away. Never rejects. */
export function call({ port, path, headers, body, patienceMs, vanishAtAnswer }: Call): Promise<CallResult> {
  const sentAt = Date.now();
  return new Promise((resolve) => {
    let connected = false;
    const end = (result: Pick<CallResult, "outcome" | "status" | "delivery" | "text" | "json">) => {
      clearTimeout(patience);
      resolve({ sentAt, endedAt: Date.now(), ...result });
    };
    const text = JSON.stringify(body ?? {});
    const sent = request({ host: "127.0.0.1", port, path, method: "POST", agent: false }, (response) => {
      if (vanishAtAnswer) {
        sent.destroy();
        return;
      }
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        if (!response.complete) return;
        const received = Buffer.concat(chunks).toString("utf8");
        const status = response.statusCode ?? 0;
        const delivery = Number(response.headers["equos-delivery"]);
        end({
          outcome: status < 300 ? "answered" : "refused",
          status,
          text: received,
          json: parsed(received),
          ...(delivery > 0 ? { delivery } : {}),
        });
      });
      response.on("close", () => end({ outcome: "unclear" }));
    });
    const patience = setTimeout(() => sent.destroy(), patienceMs);
    sent.on("socket", (socket) => socket.once("connect", () => (connected = true)));
    sent.on("error", () => undefined);
    sent.on("close", () => end({ outcome: connected ? "unclear" : "unsent" }));
    sent.setHeader("content-type", "application/json");
    for (const [name, value] of Object.entries(headers ?? {})) sent.setHeader(name, value);
    sent.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A field of an unknown JSON value. */
function field(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = Object.entries(at).find(([key]) => key === name)?.[1];
  }
  return at;
}

export function textField(value: unknown, ...path: readonly string[]): string | undefined {
  const found = field(value, ...path);
  return typeof found === "string" ? found : undefined;
}
