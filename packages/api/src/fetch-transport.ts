import { certainlyNotSent, FetchError } from "./errors.js";
import { MAX_ANSWER_BYTES, type Transport } from "./transport.js";

/** The transport for edge runtimes, Bun and Deno, and for a team's own `fetch`. */
export function fetchTransport(fetch: typeof globalThis.fetch): Transport {
  return async ({ verb, url, headers, body, ending, beforeSend }) => {
    // `fetch` does not show when its connection is ready.
    beforeSend?.();
    const controller = new AbortController();
    const { signal } = controller;
    const exchange = async () => {
      const init = {
        method: verb,
        headers,
        ...(body === undefined ? {} : { body }),
        redirect: "manual",
        signal,
      } as const;
      const response = await fetch(url, init);
      return { status: response.status, headers: response.headers, text: await boundedText(response) };
    };
    try {
      // A team's own `fetch` may not look at its signal.
      return await ending.race(exchange());
    } catch (error) {
      if (!ending.ended) throw new FetchError(!certainlyNotSent(error), error);
      controller.abort(ending.reason);
      throw ending.reason;
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
