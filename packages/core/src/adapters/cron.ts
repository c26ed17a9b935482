import type { ReconcileReport } from "../conversations/reconcile.js";
import { BrokerError, isBrokerError, secretMissing } from "../errors.js";
import type { Exchange, Mountable, Reply } from "../exchange.js";
import { type HmacKey, hmacKey, isSigned, sign } from "../hmac.js";
import { createReply, problemReply } from "../http/reply.js";
import { consoleLogger, guarded } from "../logger.js";

/** Options of {@link cronHandler}. */
export interface CronOptions {
  /** What the scheduler sends as `Authorization: Bearer <secret>`: random, 32 characters or more. */
  readonly secret: string | undefined;
}

/** What of a broker a scheduler needs. */
export interface Sweepable {
  sweep(): Promise<void>;
  reconcile(): Promise<ReconcileReport>;
}

/**
 * For a scheduler, where nothing runs between requests or nobody may call for long: one GET or POST sweeps and, if the
 * broker has a `deployment`, reconciles. The answer has counts only. Mount it as a broker; its only action is `cron`.
 *
 * @throws BrokerError `invalid-option`; without a secret each call answers `secret-missing`
 *
 * @example
 * ```ts
 * app.use("/api/equos", toExpress(broker), toExpress(cronHandler(broker, { secret: process.env.CRON_SECRET })));
 * // each minute: curl -H "Authorization: Bearer $CRON_SECRET" https://shop.example/api/equos/cron
 * ```
 */
export function cronHandler(broker: Sweepable, { secret }: CronOptions): Mountable<unknown> {
  if (secret !== undefined && (typeof secret !== "string" || secret.length < 32)) {
    throw new BrokerError("invalid-option", { hint: 'cronHandler: option "secret" must be at least 32 characters' });
  }
  let key: Promise<HmacKey> | undefined;
  const known = async (sent: string) => {
    if (secret === undefined) throw secretMissing("cronHandler");
    key ??= hmacKey(secret);
    // Of two texts only their signatures are compared, in constant time.
    return await isSigned(await key, secret, await sign(await key, sent));
  };
  const handle = async (exchange: Exchange): Promise<Reply | null> => {
    if (exchange.action !== "cron") return null;
    if (exchange.method !== "GET" && exchange.method !== "POST") return notAllowed();
    try {
      const sent = /^Bearer (.+)$/i.exec(exchange.header("authorization") ?? "")?.[1];
      if (sent === undefined || !(await known(sent))) throw new BrokerError("unauthorized");
      return createReply(200, await run(broker));
    } catch (thrown) {
      const error = isBrokerError(thrown) ? thrown : new BrokerError("internal-error");
      const { code, status, message } = error;
      // The broker's own messages hold no secret; what anybody else threw is not known to be without one.
      if (status >= 500) guarded(exchange.logger ?? consoleLogger).error({ code, status, action: "cron" }, message);
      return problemReply(error);
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

/** Schedulers ask in either way. */
function notAllowed(): Reply {
  const reply = problemReply(new BrokerError("method-not-allowed", { publicMessage: "Use GET or POST." }));
  return { ...reply, headers: { ...reply.headers, allow: "GET, POST" } };
}
