/** Replaces a text in one file. The text has to be there exactly once. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Removes one guard of the broker. */
export interface Mutation {
  /** The guard. */
  readonly name: string;
  readonly patches: readonly Patch[];
}

const core = "packages/core/src";
const presence = `${core}/state/presence.ts`;
const transitions = `${core}/state/transitions.ts`;

const mutation = (name: string, file: string, find: string, replace: string): Mutation => ({
  name,
  patches: [{ file, find, replace }],
});

/** The guards that keep a conversation within its bound, and its bill whole. Without any of them a test has to fail. */
export const mutations: readonly Mutation[] = [
  mutation(
    "join deadline",
    `${core}/conversations/end.ts`,
    "if (!store.session.joinSeen && !promisedHeartbeats(record)) {",
    "if (!store.session.joinSeen || promisedHeartbeats(record)) {",
  ),
  mutation(
    "name lookup",
    `${core}/conversations/search.ts`,
    "const record = name?.storeId === store.id ? wanted.get(name.reservation) : undefined;",
    "const record = name?.storeId === store.id && wanted.size === 0 ? wanted.get(name.reservation) : undefined;",
  ),
  mutation(
    "version check",
    // Generated from save.lua.
    "packages/redis/src/generated/scripts.ts",
    "if current ~= request.version then",
    "if false then",
  ),
  mutation(
    "commit only from reserved",
    transitions,
    'if (record?.status !== "reserved") {',
    'if (record === undefined || record.status === "running") {',
  ),
  mutation(
    // The stop is sent once, and the store says `running` until Equos confirms it.
    "stopping before the stop",
    transitions,
    "return asFound(takeWork(draft, stopRecord(draft, record, reason), leaseMs), true);",
    "return asFound(stopRecord({ ...draft, state: { ...draft.state } }, record, reason), true);",
  ),
  mutation(
    "generation of an undelivered response",
    presence,
    "removeRecipients(draft, record, graceMs, (recipient) => recipient.generation === generation)",
    "removeRecipients(draft, record, graceMs, () => true)",
  ),
  mutation(
    "generation of a page end",
    presence,
    "record.recipients?.filter((recipient) => recipient.generation > generation)",
    "record.recipients?.filter(() => false)",
  ),
  mutation(
    "confirmed stop",
    `${core}/upstream/upstream.ts`,
    'const look = answer.says === "nothing" ? await this.look(conversation) : answer;',
    "const look = answer;",
  ),
  mutation(
    "announcement before acknowledgement",
    `${core}/conversations/end.ts`,
    "await events.end(store, record);",
    "void events.end(store, record).catch(() => undefined);",
  ),
];
