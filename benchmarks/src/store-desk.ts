import { type ConversationStore, memoryStore, type StateChange } from "@equos-broker/core";
import { brokerOn } from "./broker.js";
import { identity } from "./invented.js";
import { LocalEquos } from "./local-equos.js";
import type { StillClock } from "./still-clock.js";

/** A store that is called as the broker calls it, without the broker. */
export interface Desk {
  readonly store: ConversationStore;
  readonly context: { readonly storeId: string; readonly seen: number };
}

export async function openDesk(store: ConversationStore): Promise<Desk> {
  const { id: storeId } = await store.open({ nonce: "benchmar", key: "none", format: 1 });
  return { store, context: { storeId, seen: 0 } };
}

/** What the broker saves for one conversation. */
export interface Saves {
  readonly reserve: StateChange;
  readonly commit: StateChange;
  readonly heartbeat: StateChange;
}

/** Records what a broker saves for a start and a heartbeat, as JSON, so that each use can have strings of its own. */
export async function recordedSaves(clock: StillClock): Promise<string> {
  const store = memoryStore({ clock });
  const saves: StateChange[] = [];
  const { save } = store;
  store.save = (change, context) => {
    saves.push(change);
    return save(change, context);
  };
  const broker = brokerOn(store, new LocalEquos(), { clock });
  const consumer = { identity: identity(0), name: "Ada Lovelace" };
  await broker.start({ consumer, sendsHeartbeats: true });
  await broker.heartbeat({ consumer });
  const [reserve, commit, heartbeat, another] = saves;
  if (heartbeat === undefined || another !== undefined) throw new Error("A start and a heartbeat are three saves");
  return JSON.stringify({ reserve, commit, heartbeat });
}

/** Ids and tokens: random, and different for each conversation. */
const RANDOM = /[\w-]{12,}/g;

/** Returns the saves for another conversation: the same texts, with other ids of the same length. */
export function savesFor(recorded: string, consumer: string, random: (length: number) => string): Saves {
  const template = JSON.parse(recorded) as Saves;
  const known = new Map([[template.reserve.consumer, consumer]]);
  for (const alias of template.commit.aliases?.set ?? []) known.set(alias, random(alias.length));
  const text = recorded.replace(RANDOM, (found) => {
    // Words have no digit, and numbers no letter.
    const isPlain = !/\d/.test(found) || !/[a-z]/i.test(found);
    const other = known.get(found) ?? (isPlain ? found : random(found.length));
    known.set(found, other);
    return other;
  });
  return JSON.parse(text) as Saves;
}

/** Saves a change on the version before it, and returns the next version. */
export async function saved({ store, context }: Desk, change: StateChange, version: number): Promise<number> {
  const answer = await store.save({ ...change, version }, context);
  if (answer.replaced || answer.result !== "saved") throw new Error(`The store refused: ${JSON.stringify(answer)}`);
  return answer.version;
}
