import * as core from "@equos-broker/core";

// A process of its own: starts, and then resumes, in a loop, with the core that the bundle was made with. It also runs the
// core of version 1, which has other names.

/** What both versions of the core have. */
interface AnyBroker {
  start(options: object): Promise<{ readonly resumed: boolean }>;
  close(options: { readonly stop: boolean }): Promise<void>;
}
interface AnyCore {
  readonly ConversationBroker: new (options: object) => AnyBroker;
  readonly memoryStore?: (options: object) => unknown;
  readonly memoryLedger?: (options: object) => unknown;
}
const { ConversationBroker, memoryStore, memoryLedger } = core as unknown as AnyCore;

/** Real time. A store with a clock of its own shares its data with no other one of the process. */
const clock = {
  now: () => Date.now(),
  setTimeout: (task: () => void, milliseconds: number) => setTimeout(task, milliseconds).unref(),
  clearTimeout: (handle: ReturnType<typeof setTimeout>) => clearTimeout(handle),
};
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const tokenBegin = [
  encoded({ alg: "HS256", typ: "JWT" }),
  encoded({ name: "Ada Lovelace", video: { room: "r".repeat(41), roomJoin: true }, exp: 4_000_000_000, sub: "user" }),
  "s".repeat(150),
].join(".");
const startedAt = new Date().toISOString();
let made = 0;

/** Answers at once, with another id and token each time, and does nothing else. */
const equos = {
  conversations: {
    startConversation: async () => {
      made += 1;
      return {
        conversation: {
          id: `con_${made}`,
          name: "",
          status: "running",
          serverUrl: "wss://equos-production-8x2k4v1q.livekit.cloud",
          maxSeconds: 600,
          startedAt,
          character: { name: "Museum guide", livekitIdentity: "avatar_0f4a" },
        },
        consumerAccessToken: `${tokenBegin}${made}`,
      };
    },
    stopConversation: async ({ id }: { readonly id: string }) => ({ id, status: "ended", name: "" }),
    getConversationById: async ({ id }: { readonly id: string }) => ({ id, status: "running", name: "" }),
    listConversations: async () => ({ total: 0, conversations: [] }),
  },
};

let consumers = 0;

/** CPU time of each start, and of each resume, in ms. Each sample has a broker of its own, so that the heap stays small. */
async function sample(count: number): Promise<{ readonly start: number; readonly resume: number }> {
  const options = {
    equos,
    characters: { guide: "cha_3f2b8c1e9d7a4650" },
    store: memoryStore?.({ clock }),
    ledger: memoryLedger?.({ clock }),
    logger: { warn: () => undefined, error: () => undefined },
  };
  const isVersion1 = memoryStore === undefined;
  const { store, ledger, ...others } = options;
  const broker = new ConversationBroker({ ...others, ...(isVersion1 ? { ledger } : { store }) });
  const consumer = () => ({ identity: `user_${consumers++}`, name: "Ada Lovelace" });
  const first = consumer();
  // Opens the store.
  await broker.start({ consumer: first });
  const start = await cpuOf(async () => {
    for (let index = 0; index < count; index += 1) await broker.start({ consumer: consumer() });
  });
  const resume = await cpuOf(async () => {
    for (let index = 0; index < count; index += 1) await broker.start({ consumer: first });
  });
  if (!(await broker.start({ consumer: first })).resumed)
    throw new Error("a new conversation in the place of a resume");
  await broker.close({ stop: false });
  return { start: start / count, resume: resume / count };
}

async function cpuOf(task: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await task();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

process.on("message", (count: { readonly starts: number }) => {
  sample(count.starts).then(
    (found) => process.send?.(found),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.send?.("ready");
