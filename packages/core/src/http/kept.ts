import type { Exchange } from "../exchange.js";

/**
 * Work that has to come to its end even if its client leaves: a serverless platform would freeze it. Said before anything
 * has begun, because a platform that has nothing to wait with throws.
 */
export async function kept<T>(exchange: Pick<Exchange, "waitUntil">, work: () => Promise<T>): Promise<T> {
  let end: () => void = () => undefined;
  exchange.waitUntil(
    new Promise<void>((resolve) => {
      end = resolve;
    }),
  );
  try {
    return await work();
  } finally {
    end();
  }
}
