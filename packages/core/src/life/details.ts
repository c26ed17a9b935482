import { z } from "zod";
import { BrokerError } from "../errors.js";
import { lazily } from "../lazily.js";
import type { ConversationDetails } from "../options.js";

const detailsSchema = lazily(() =>
  z.strictObject({
    promptCtx: z.string().optional(),
    promptTemplateVars: z.record(z.string(), z.string()).optional(),
    name: z.string().min(1).optional(),
    remoteAgent: z.strictObject({ identity: z.string().min(1), name: z.string().min(1) }).optional(),
    host: z.strictObject({ serverUrl: z.string().min(1), accessToken: z.string().min(1) }).optional(),
  }),
);

/**
 * What the option `conversation` gave. A misspelt field would start, and bill, a conversation that knows nothing of it.
 *
 * @throws BrokerError `conversation-failed`, which names the field and quotes no value
 */
export function checkDetails(details: unknown): ConversationDetails {
  const result = detailsSchema().safeParse(details);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const field = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].join(".");
  const what =
    unknown === undefined ? `a wrong ${field || "value: an object or null is needed"}` : `an unknown field ${field}`;
  throw new BrokerError("conversation-failed", { hint: `The option conversation gave ${what}` });
}
