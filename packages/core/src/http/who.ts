import { type Consumer, checkConsumer } from "../consumer.js";
import { outcomeWithin, timeOver } from "../deadline.js";
import { BrokerError } from "../errors.js";
import type { Action, AuthorizeContext, Exchange, Reply } from "../exchange.js";
import type { Parts } from "../parts.js";
import { replyHeaders } from "./reply-headers.js";

export interface Who {
  readonly consumer: Consumer;
  /** What `authorize` wants the reply to carry. */
  readonly headers: Reply["headers"];
}

/** Made once: only its code and status are read, and where it came from costs more than all the rest of a refusal. */
export const unauthorized = new BrokerError("unauthorized");

/**
 * Asks the team's `authorize`. `undefined`: it knows nobody.
 *
 * @throws BrokerError `authorize-missing`, `-failed` or `-timeout`, `unauthorized`, `forbidden`, `invalid-identity`
 */
export async function whoAsks(parts: Parts, exchange: Exchange, action: Action): Promise<Who | undefined> {
  const { options, clock, timeouts } = parts;
  const { authorize } = options;
  if (authorize === undefined) {
    throw new BrokerError("authorize-missing", { hint: "Without the option authorize nobody can start over HTTP" });
  }
  const { native, clientIp } = exchange;
  const header = (name: string) => exchange.header(name.toLowerCase());
  // The adapter this broker is mounted on supplies the native part; the types of mounting see to that.
  const context = {
    ...{ action, header, clientIp, native },
    get signal() {
      return exchange.signal;
    },
  } as AuthorizeContext<never>;
  const answer = await outcomeWithin(clock, timeouts.authorizeSeconds, () => authorize(context)).catch(
    (thrown: unknown) => {
      throw refusal(thrown);
    },
  );
  if (answer === timeOver) {
    throw new BrokerError("authorize-timeout", { hint: `authorize took more than ${timeouts.authorizeSeconds} s` });
  }
  if (answer === null || answer === undefined || answer === false) return undefined;
  if (typeof answer !== "object") {
    throw new BrokerError("invalid-identity", {
      hint: "authorize gave neither a consumer nor null, undefined or false",
    });
  }
  checkConsumer(answer);
  const { headers, ...consumer } = answer;
  return { consumer, headers: replyHeaders(headers) };
}

function refusal(thrown: unknown): BrokerError {
  const { statusCode, status } = (typeof thrown === "object" && thrown !== null ? thrown : {}) as Record<
    string,
    unknown
  >;
  if (statusCode === 401 || status === 401) return unauthorized;
  if (statusCode === 403 || status === 403) return new BrokerError("forbidden");
  return new BrokerError("authorize-failed", { hint: "authorize threw", cause: thrown });
}
