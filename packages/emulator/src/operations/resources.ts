import { randomUUID } from "node:crypto";
import { type Answer, refusal } from "../answer/answer.js";
import type { Row, Table } from "../state/table.js";
import { pageOf } from "./paging.js";
import type { Carry, Setup } from "./setup.js";

export const ok = (value: unknown): Answer => ({ status: 200, value });
export const created = (value: unknown): Answer => ({ status: 201, value });

/** The answer of get, delete, some updates and stop for what does not exist. */
export function missing({ switches }: Setup, what: string, status = 200): Answer {
  if (switches.missing === "404") return refusal(404, `${what} not found`);
  return { status, value: switches.missing === "null" ? null : undefined };
}

/** Where the request's body names something that is not there. */
export const unknownReference = ({ switches }: Setup, what: string): Answer =>
  refusal(switches.unknownReference, `${what} not found`);

/** What every new resource has. */
export function stamped({ organization }: Setup, prefix: string) {
  const at = new Date(organization.clock.now()).toISOString();
  return { id: `${prefix}_${randomUUID()}`, organizationId: organization.id, createdAt: at, updatedAt: at };
}

export const updatedNow = ({ organization }: Setup) => ({
  updatedAt: new Date(organization.clock.now()).toISOString(),
});

/** A list of a table; `key` is the name of its array. */
export function listOf<TRow extends Row>(
  setup: Setup,
  table: Table<TRow>,
  key: string,
  answerOf: (row: TRow) => unknown = (row) => row,
): Carry {
  return ({ query }) => {
    const client = query.get("client");
    const matching = table.all().filter((row) => client === null || row.client === client);
    return pageAnswer(setup, query, key, matching, answerOf);
  };
}

/** One page out of everything that matches, oldest first. */
export function pageAnswer<T>(
  { switches }: Setup,
  query: URLSearchParams,
  key: string,
  matching: readonly T[],
  answerOf: (item: T) => unknown,
): Answer {
  const page = pageOf(query, switches);
  if ("messages" in page) return refusal(switches.invalidStatus, page.messages);
  const ordered = switches.order === "newest" ? matching.toReversed() : matching;
  const items = ordered.slice(page.skip, page.skip + page.take).map(answerOf);
  return ok({ skip: page.skip, take: page.take, total: matching.length, [key]: items });
}

/** Get of a table. */
export function getOf<TRow extends Row>(
  setup: Setup,
  table: Table<TRow>,
  what: string,
  answerOf: (row: TRow) => unknown = (row) => row,
): Carry {
  return ({ path }) => {
    const row = table.get(path.id ?? "");
    return row === undefined ? missing(setup, what) : ok(answerOf(row));
  };
}
