import { environment } from "../../environment.js";
import { BrokerError } from "../../errors.js";
import type { Ledger, LedgerUser } from "../ledger.js";

const registry = Symbol.for("equos-broker.memory-ledgers");

/** Variables that a platform sets where it runs, or may run, several instances of a server. */
const severalInstances: readonly [variable: string, platform: string][] = [
  ["NODE_APP_INSTANCE", "PM2"],
  ["NODE_UNIQUE_ID", "a Node cluster"],
  ["AWS_LAMBDA_FUNCTION_NAME", "AWS Lambda"],
  ["VERCEL", "Vercel"],
  ["NETLIFY", "Netlify"],
  ["K_SERVICE", "Cloud Run"],
  ["FUNCTIONS_WORKER_RUNTIME", "Azure Functions"],
  ["DENO_DEPLOYMENT_ID", "Deno Deploy"],
];

interface Kept {
  readonly user: LedgerUser;
  readonly ledger: Ledger;
}

/**
 * The memory ledger of this process and deployment: the first one that was asked for. It stands on `globalThis`, because
 * frameworks evaluate a module, and with it this file, several times.
 *
 * @throws BrokerError `ledger-not-shared` where the environment shows several instances
 */
export function processLedger(user: LedgerUser, own: Ledger, singleProcess: boolean): Ledger {
  const platform = singleProcess ? undefined : platformOfSeveral();
  if (platform !== undefined) {
    throw new BrokerError("ledger-not-shared", {
      hint: `${platform} runs several instances, and each would keep books of its own: use redisLedger, or memoryLedger({ singleProcess: true }) if there is only this one`,
    });
  }
  const everywhere = globalThis as { [registry]?: Kept[] };
  everywhere[registry] ??= [];
  const present = everywhere[registry].find((kept) => isSame(kept.user, user));
  if (present !== undefined) return present.ledger;
  everywhere[registry].push({ user, ledger: own });
  return own;
}

/** A module that is evaluated twice makes new functions and clients: under a deployment's name those are taken for the same. */
function isSame(a: LedgerUser, b: LedgerUser): boolean {
  if (a.deployment !== b.deployment || a.endpoint !== b.endpoint) return false;
  const [one, other] = [a.upstream(), b.upstream()];
  const comparable = typeof one === "string" || typeof other === "string" || a.deployment === undefined;
  return !comparable || one === other;
}

function platformOfSeveral(): string | undefined {
  // Only this much of it is used, and it may be absent.
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  if (navigator?.userAgent === "Cloudflare-Workers") return "Cloudflare Workers";
  return severalInstances.find(([variable]) => environment(variable) !== undefined)?.[1];
}
