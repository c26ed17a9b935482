import type { Parts } from "../parts.js";
import type { StartRequest } from "../upstream/port.js";
import { clientOf, detailsOf, type Order } from "./order.js";

/** What Equos is asked for: the order, with what the team's own code adds to it. */
export async function upstreamRequest(parts: Parts, order: Order, reservation: string): Promise<StartRequest> {
  const { consumer, characterId, maxSeconds } = order;
  const { name, promptCtx, promptTemplateVars, remoteAgent, host } = await detailsOf(parts, order);
  // Ids only, nothing personal: by this name a conversation whose answer got lost can be found again.
  const ids = `eqb:${(await parts.ledger.identity()).id}:${reservation}`;
  return {
    name: name === undefined ? ids : `${name} ${ids}`,
    characterId,
    client: await clientOf(parts, consumer),
    consumer: { identity: consumer.identity, name: consumer.name },
    maxSeconds,
    ...(promptCtx === undefined ? {} : { promptCtx }),
    ...(promptTemplateVars === undefined ? {} : { promptTemplateVars: { ...promptTemplateVars } }),
    ...(remoteAgent === undefined ? {} : { remoteAgent: { ...remoteAgent } }),
    ...(host === undefined ? {} : { host: { ...host } }),
  };
}
