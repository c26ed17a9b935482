import type { ReconcileReport } from "../conversations/reconcile.js";
import { trimmed } from "../environment.js";
import { BrokerError, isBrokerError, secretMissing } from "../errors.js";
import type { Mountable } from "../exchange.js";
import { hmacKey, isSigned, sign } from "../hmac.js";
import { createReply, problemReply } from "../http/reply.js";
import { consoleLogger, guarded } from "../logger.js";

/** Options of {@link cronHandler}. */
export interface CronOptions {
  /** The scheduler sends it as `Authorization: Bearer <secret>`. Random, at least 32 characters, trimmed. */
  readonly secret: string | undefined;
}

/** The part of a broker that a scheduler uses. */
export interface Sweepable {
  sweep(): Promise<void>;
  reconcile(): Promise<ReconcileReport>;
}

/**
 * Returns a handler for a scheduler, where nothing runs between requests: each GET or POST sweeps and, if the broker has a
 * `deployment`, reconciles. The response has counts only. Mount it like a broker; its only action is `cron`.
 *
 * @throws BrokerError `invalid-option`; without a secret each call answers `secret-missing`
 *
 * @example
 * ```ts
 * app.use("/api/equos", toExpress(broker), toExpress(cronHandler(broker, { secret: process.env.CRON_SECRET })));
 * // each minute: curl -H "Authorization: Bearer $CRON_SECRET" https://shop.example/api/equos/cron
 * ```
 */
export function cronHandler(broker: Sweepable, options: CronOptions): Mountable<unknown> {
  const secret = trimmed(options.secret);
  if (secret !== undefined && (typeof secret !== "string" || secret.length < 32)) {
    throw new BrokerError("invalid-option", { hint: 'cronHandler: option "secret" must be at least 32 characters' });
  }
  const isSecret = async (sent: string) => {
    if (secret === undefined) throw secretMissing("cronHandler");
    const key = await hmacKey(secret);
    // Compares signatures, because that takes constant time.
    return await isSigned(key, secret, await sign(key, sent));
  };
  const handle: Mountable<unknown>["handle"] = async (exchange) => {
    if (exchange.action !== "cron") return null;
    try {
      if (!["GET", "POST"].includes(exchange.method)) {
        throw new BrokerError("method-not-allowed", { publicMessage: "Use GET or POST." });
      }
      const sent = /^Bearer (.+)$/i.exec(exchange.header("authorization") ?? "")?.[1];
      if (sent === undefined || !(await isSecret(sent))) throw new BrokerError("unauthorized");
      return createReply(200, await run(broker));
    } catch (thrown) {
      const error = isBrokerError(thrown) ? thrown : new BrokerError("internal-error");
      const { code, status, message } = error;
      // The broker's own messages contain no secret. Those of other errors may, so they are left out.
      if (status >= 500) guarded(exchange.logger ?? consoleLogger).error({ code, status, action: "cron" }, message);
      return problemReply(error, undefined, { methods: "GET, POST" });
    }
  };
  return { actions: ["cron"], handle };
}

async function run(broker: Sweepable): Promise<object> {
  await broker.sweep();
  const report = await broker.reconcile().catch((error: unknown) => {
    if (isBrokerError(error) && error.code === "deployment-missing") return undefined;
    throw error;
  });
  if (report === undefined) return { swept: true, reconciled: null };
  const { running, stopped, adopted, ended, clashes } = report;
  const counts = { stopped: stopped.length, adopted: adopted.length, ended: ended.length, clashes: clashes.length };
  return { swept: true, reconciled: { running, ...counts } };
}
