import type { Ending } from "./call-limit.js";

/** One HTTP request as the client hands it to a transport. */
export interface WireRequest {
  readonly verb: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
  readonly ending: Ending;
  /** Told how many bytes of the body are on their way; where nothing but `fetch` exists, nobody is told. */
  readonly onSent?: (bytes: number) => void;
  /** See `HookedCallOptions`. The transport rejects with the thrown error, unchanged. */
  readonly beforeSend?: (() => void) | undefined;
}

/** The whole answer; `text` is `undefined` when the body was larger than {@link MAX_ANSWER_BYTES}. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly text: string | undefined;
}

/**
 * Sends one request and reads the whole answer, whatever its status. Never follows a redirect: `fetch` keeps custom
 * headers such as `x-api-key` across hosts. Rejects with a `FetchError`, or with `ending.reason` once that has ended.
 */
export type Transport = (request: WireRequest) => Promise<WireAnswer>;

/** A page of 50 conversations with transcripts stays well below it. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
