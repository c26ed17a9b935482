/** In one file, this text replaced by that one. The text has to be there exactly once. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A guard of the broker taken away. */
export interface Mutation {
  /** The guard. */
  readonly name: string;
  readonly patches: readonly Patch[];
}

const lua = "packages/redis/src/lua";
const life = "packages/core/src/life";

/** The guards that keep a conversation from billing past its bound; each has to be missed when it is gone. */
export const mutations: readonly Mutation[] = [
  {
    name: "join deadline",
    patches: [
      {
        file: `${life}/look.ts`,
        find: `  const step = await books.step("stop", { claim, reason: "never-joined", delivery, unjoined: true });`,
        replace: `  if (delivery > 0) return await comeBack(parts, books, record, UNVERIFIABLE_PAUSE_MS);
  const step = await books.step("stop", { claim, reason: "never-joined", delivery, unjoined: true });`,
      },
    ],
  },
  {
    name: "name lookup",
    patches: [
      {
        file: `${life}/find-unknown.ts`,
        find: "if (tag?.ledger !== books.id || !wanted.delete(tag.reservation)) return;",
        replace: "if (tag?.ledger !== books.id || wanted.size >= 0) return;",
      },
    ],
  },
  {
    // It sees what a look-up sees that is a step of its own, taken a moment before the write.
    name: "atomic step",
    patches: [
      {
        file: `${lua}/reserve.ts`,
        find: "  local live = liveOf(request.consumer)\n",
        replace: `  local live = {}
  for _, entry in ipairs(liveOf(request.consumer)) do
    if entry.state ~= 'reserved' or now - entry.reservedAt > 20 then live[#live + 1] = entry end
  end
`,
      },
    ],
  },
  {
    name: "compare-and-set on commit",
    patches: [
      {
        file: `${lua}/steps.ts`,
        find: "  if entry.state == 'reserved' then\n    identify(entry, request.conversation, request.token)",
        replace: "  if entry.state ~= 'running' then\n    identify(entry, request.conversation, request.token)",
      },
    ],
  },
  {
    // Whoever begins a stop still sends it, once; the books say `running` until it is confirmed.
    name: "stopping state",
    patches: [
      {
        file: `${lua}/life.ts`,
        find: "  move(entry, 'stopping', reason)\n  handOut(entry)\nend",
        replace: "  entry.reason = entry.reason or reason\n  handOut(entry)\n  entry.isStopping = true\nend",
      },
      {
        file: `${lua}/entries.ts`,
        find: "  for _, name in ipairs(SHOWN) do record[name] = entry[name] end\n",
        replace:
          "  for _, name in ipairs(SHOWN) do record[name] = entry[name] end\n" +
          "  if entry.isStopping then record.state = 'stopping' end\n",
      },
    ],
  },
  {
    name: "delivery check in abandon",
    patches: [
      {
        file: `${lua}/steps.ts`,
        find: "    if entry.state == 'running' then abandonDelivery(entry, request.delivery) end\n",
        replace: "    if entry.state == 'running' then return stopEntry(entry, 'client-gone') end\n",
      },
    ],
  },
  {
    name: "confirmed stop",
    patches: [
      {
        file: "packages/core/src/upstream/upstream.ts",
        find: `const look = answer.says === "nothing" ? await this.look(conversation) : answer;`,
        replace: "const look = answer;",
      },
    ],
  },
];
