import type { Books } from "../ledger/books.js";
import type { Parts } from "../parts.js";
import type { StartRequest } from "../upstream/port.js";
import { detailsOf, type Order } from "./order.js";
import { writeTag } from "./tag.js";

/** What Equos is asked for: the order, with what the team's own code adds to it. */
export async function upstreamRequest(
  parts: Parts,
  books: Books,
  order: Order,
  reservation: string,
): Promise<Omit<StartRequest, "maxSeconds">> {
  const { consumer, characterId, client } = order;
  const { name, promptCtx, promptTemplateVars, remoteAgent, host } = await detailsOf(parts, order);
  const tenant = consumer.tenant !== undefined;
  const ids = writeTag({ deployment: parts.options.deployment ?? "", ledger: books.id, reservation, tenant });
  return {
    name: name === undefined ? ids : `${name} ${ids}`,
    characterId,
    client,
    consumer: { identity: consumer.identity, name: consumer.name },
    ...(promptCtx === undefined ? {} : { promptCtx }),
    ...(promptTemplateVars === undefined ? {} : { promptTemplateVars: { ...promptTemplateVars } }),
    ...(remoteAgent === undefined ? {} : { remoteAgent: { ...remoteAgent } }),
    ...(host === undefined ? {} : { host: { ...host } }),
  };
}
