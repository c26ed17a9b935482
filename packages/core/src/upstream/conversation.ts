import { z } from "zod";
import { lazily } from "../environment.js";

// The official SDK makes Date objects of dates and drops what is null.
const instant = () =>
  z
    .union([z.string(), z.date()])
    .nullish()
    .transform((value) => (value ? new Date(value).getTime() : Number.NaN))
    .transform((time) => (Number.isNaN(time) ? undefined : time));

const schema = lazily(() =>
  z.object({
    id: z.string().min(1),
    status: z.string().min(1),
    name: z.string().nullish(),
    consumerIdentity: z.string().nullish(),
    maxSeconds: z.number().positive().nullish(),
    startedAt: instant(),
    joinedAt: instant(),
    endedAt: instant(),
  }),
);

/** What the broker reads in a conversation that Equos lists, gets or has stopped. Times are in ms since 1970. */
export interface SeenConversation {
  readonly id: string;
  readonly running: boolean;
  readonly name: string;
  readonly consumerIdentity: string | undefined;
  readonly maxSeconds: number | undefined;
  readonly startedAt: number | undefined;
  /** Equos does not say who counts as joined. */
  readonly joined: boolean;
  readonly endedAt: number | undefined;
  /** Between `startedAt` and `endedAt`, rounded up; once it has ended. */
  readonly seconds: number | undefined;
}

/** `undefined`: it is no conversation. `blocked` and `error` are ends. */
export function seenConversation(answer: unknown): SeenConversation | undefined {
  const parsed = schema().safeParse(answer);
  if (!parsed.success) return undefined;
  const { id, status, name, consumerIdentity, maxSeconds, startedAt, joinedAt, endedAt } = parsed.data;
  const ended = startedAt !== undefined && endedAt !== undefined;
  return {
    id,
    running: status === "running",
    name: name ?? "",
    consumerIdentity: consumerIdentity ?? undefined,
    maxSeconds: maxSeconds ?? undefined,
    startedAt,
    joined: joinedAt !== undefined,
    endedAt,
    seconds: ended ? Math.max(0, Math.ceil((endedAt - startedAt) / 1000)) : undefined,
  };
}

const pageSchema = lazily(() => z.object({ total: z.number().nonnegative(), conversations: z.array(z.unknown()) }));

export interface ConversationPage {
  readonly total: number;
  readonly conversations: readonly SeenConversation[];
  /** Entries on the page, unreadable ones included. */
  readonly size: number;
}

/** `undefined`: it is no list. An entry that is no conversation is left out. */
export function conversationPage(answer: unknown): ConversationPage | undefined {
  const parsed = pageSchema().safeParse(answer);
  if (!parsed.success) return undefined;
  const conversations = parsed.data.conversations.map(seenConversation).filter((seen) => seen !== undefined);
  return { total: parsed.data.total, conversations, size: parsed.data.conversations.length };
}
