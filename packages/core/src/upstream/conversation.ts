import { z } from "zod";
import { lazily } from "../environment.js";

/** A time in ms since 1970. The official SDK makes `Date` objects of dates and omits `null`. */
const instant = () =>
  z
    .union([z.string(), z.date()])
    .nullish()
    .transform((value) => new Date(value ?? Number.NaN).getTime() || undefined);

const schema = lazily(() =>
  z
    .object({
      id: z.string().min(1),
      status: z.string().min(1),
      name: z.string().nullish(),
      consumerIdentity: z.string().nullish(),
      maxSeconds: z.number().positive().nullish(),
      startedAt: instant(),
      joinedAt: instant(),
      endedAt: instant(),
    })
    .transform(({ id, status, name, consumerIdentity, maxSeconds, startedAt, joinedAt, endedAt }) => ({
      id,
      /** `blocked` and `error` are ends. */
      running: status === "running",
      name: name ?? "",
      consumerIdentity: consumerIdentity ?? undefined,
      maxSeconds: maxSeconds ?? undefined,
      startedAt,
      /** Equos does not say whether it counts the avatar as joined. */
      joined: joinedAt !== undefined,
      endedAt,
      /** Between `startedAt` and `endedAt`, rounded up. */
      seconds:
        startedAt !== undefined && endedAt !== undefined
          ? Math.max(0, Math.ceil((endedAt - startedAt) / 1000))
          : undefined,
    })),
);

/** A conversation that Equos lists, gets, or has stopped. Times are in ms since 1970. */
export type SeenConversation = Readonly<z.infer<ReturnType<typeof schema>>>;

/** Returns the conversation in an answer; `undefined` if the answer is none. */
export const seenConversation = (answer: unknown): SeenConversation | undefined => schema().safeParse(answer).data;

const pageSchema = lazily(() =>
  z
    .object({ total: z.number().nonnegative(), conversations: z.array(z.unknown()) })
    .transform(({ total, conversations }) => ({
      total,
      conversations: conversations.map(seenConversation).filter((seen) => seen !== undefined),
      /** Entries on the page, unreadable ones included. */
      size: conversations.length,
    })),
);

/** A page of Equos' list, without entries that cannot be read. */
export type ConversationPage = Readonly<z.infer<ReturnType<typeof pageSchema>>>;

/** Returns the page in an answer; `undefined` if the answer is none. */
export const conversationPage = (answer: unknown): ConversationPage | undefined => pageSchema().safeParse(answer).data;
