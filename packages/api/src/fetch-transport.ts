import { certainlyNotSent, FetchError } from "./errors.js";
import { MAX_ANSWER_BYTES, type Transport } from "./transport.js";

/** The transport for edge runtimes, Bun and Deno, and for a team's own `fetch`. */
export function fetchTransport(fetch: typeof globalThis.fetch): Transport {
  return async ({ verb, url, headers, body, signal }) => {
    try {
      const response = await fetch(url, {
        method: verb,
        headers,
        ...(body === undefined ? {} : { body }),
        redirect: "manual",
        signal,
      });
      return { status: response.status, headers: response.headers, text: await boundedText(response) };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new FetchError(!certainlyNotSent(error), error);
    }
  };
}

async function boundedText(response: Response): Promise<string | undefined> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MAX_ANSWER_BYTES) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}
