import { z } from "zod";
import { lazily } from "./environment.js";

/** At most so many in each window of so many seconds; windows are aligned to 1970, so 86,400 is a day in UTC. */
export interface Quota {
  readonly max: number;
  readonly perSeconds: number;
}

/** How much a consumer, an address, and everybody together may use. What is not named is not limited. */
export interface Limits {
  /** Seconds after which upstream ends a conversation; whole, 30 to 86,400. Default 600. */
  readonly maxSeconds?: number | undefined;
  readonly perConsumer?:
    | {
        /** Conversations of one consumer at the same time, at most 20. Default 1. */
        readonly active?: number | undefined;
        readonly starts?: Quota | undefined;
        /** Conversation seconds: held in full when a conversation starts, settled with what it used when it ends. */
        readonly seconds?: Quota | undefined;
      }
    | undefined;
  /** For each address of a client as the framework sees it; an IPv6 one counts by its /64. */
  readonly perIp?: { readonly starts: Quota } | undefined;
  readonly overall?:
    | {
        /** Conversations of all consumers at the same time. */
        readonly active?: number | undefined;
        readonly seconds?: Quota | undefined;
      }
    | undefined;
}

/** A start that would get less than this is refused. */
export const MIN_SECONDS = 30;

export const takes = (what: string) => ({ error: `must be ${what}` });

const count = (min: number, max: number) =>
  z
    .int(takes(`a whole number from ${min} to ${max}`))
    .min(min, takes(`at least ${min}`))
    .max(max, takes(`at most ${max}`));

const quota = (min: number) =>
  z.strictObject(
    { max: count(min, 1_000_000_000), perSeconds: count(1, 31 * 86_400) },
    takes("an object such as { max: 10, perSeconds: 3600 }"),
  );

export const limitsSchema = lazily(() =>
  z.strictObject({
    maxSeconds: z
      .int(takes("a whole number of seconds from 30 to 86400"))
      .min(MIN_SECONDS, takes("at least 30 seconds"))
      .max(86_400, takes("at most 86400 seconds (24 hours)"))
      .optional(),
    perConsumer: z
      .strictObject({
        active: count(1, 20).optional(),
        starts: quota(1).optional(),
        seconds: quota(MIN_SECONDS).optional(),
      })
      .optional(),
    perIp: z.strictObject({ starts: quota(1) }).optional(),
    overall: z
      .strictObject({ active: count(1, 1_000_000).optional(), seconds: quota(MIN_SECONDS).optional() })
      .optional(),
  }),
);
